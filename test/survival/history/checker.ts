/**
 * Judges what the store took and what the players saw, with nothing of the product: no room had two owners in an epoch, nothing of an
 * earlier owner was taken after a later one had claimed, nothing that was taken or answered is lost, nothing ran twice, and nobody saw
 * time go back. What it says of commands it reads twice over: from the log, and from what the room holds in the end.
 */
import type { PlayerHistory, Span } from "./player-history.ts";
import type { ReadRecord, Run } from "./record-reader.ts";
import { type StoreEvent, storeHistory } from "./store-history.ts";

type Appended = StoreEvent & { readonly kind: "appended" };

/** More than these are counted, not told. */
const FAULTS_TOLD = 50;

export interface Verdict {
  /** Empty: all is well. */
  readonly faults: readonly string[];
  readonly claims: number;
  readonly batches: number;
}

/** `redisDir`: where the Redis of all rooms keeps its files. */
export async function judgeHistory(redisDir: string, players: readonly PlayerHistory[]): Promise<Verdict> {
  const checker = new Checker();
  for await (const event of storeHistory(redisDir)) checker.take(event);
  for (const player of players) checker.judge(player);
  return checker.verdict();
}

/** What is known of a room so far. */
class Track {
  readonly owners = new Map<number, string>();
  /** Session -> its highest command that has run, when each epoch had its last batch. */
  readonly ranBy = new Map<number, ReadonlyMap<string, number>>();
  readonly ran = new Map<string, number>();
  epoch = 0;
  /** Of the last batch of the epoch, 0 before the first. */
  number = 0;
  tick = 0;
}

export class Checker {
  readonly #faults = new Set<string>();
  readonly #tracks = new Map<string, Track>();
  #claims = 0;
  #batches = 0;

  /** Events of the store in their order, then {@link judge} for every player. */
  take(event: StoreEvent): void {
    if (event.kind === "forgotten") this.#tracks.delete(event.roomId);
    else if (event.kind === "unreadable") this.#faults.add(`${event.roomId}: ${event.why}`);
    else if (event.kind === "claimed") this.#claimed(event.roomId, event.epoch, event.owner);
    else this.#appended(event);
  }

  judge(player: PlayerHistory): void {
    const { sessionId, roomId, issued, answered, shown, ending } = player;
    const told = (fault: string) => this.#faults.add(`${sessionId}: ${fault}`);
    const track = this.#tracks.get(roomId);
    if (track === undefined) {
      told(`the store knows nothing of ${roomId}`);
      return;
    }
    for (const { epoch } of [...answered, ...shown])
      if (!track.owners.has(epoch)) told(`was told of epoch ${epoch}, which nobody has claimed`);
    this.#judgeAnswers(player, track);
    for (const [place, { epoch, from }] of shown.entries()) {
      const before = shown[place - 1];
      if (before === undefined) continue;
      if (epoch < before.epoch) told(`was shown epoch ${epoch} after epoch ${before.epoch}`);
      if (epoch === before.epoch) told(`was shown tick ${from} after tick ${before.to} of epoch ${epoch}`);
    }
    const ran = track.ran.get(sessionId) ?? 0;
    if (ran > issued) told(`${ran} commands ran by the log, ${issued} were issued`);
    if (ending === undefined) return;
    const { said, last, twice, missing } = ending;
    if (twice > 0) told(`${twice} commands ran twice, as the room has it`);
    if (missing > 0 || last < said) told(`${missing + said - last} of ${said} commands are missing from the room`);
  }

  verdict(): Verdict {
    const all = [...this.#faults];
    const told = all.slice(0, FAULTS_TOLD);
    const faults = all.length > told.length ? [...told, `and ${all.length - told.length} more`] : told;
    return { faults, claims: this.#claims, batches: this.#batches };
  }

  #claimed(roomId: string, epoch: number, owner: string): void {
    const track = this.#track(roomId);
    this.#claims++;
    this.#owns(track, roomId, epoch, owner);
    if (epoch <= track.epoch) {
      this.#faults.add(`${roomId}: epoch ${epoch} was claimed after epoch ${track.epoch}`);
      return;
    }
    this.#enter(track, epoch);
  }

  #appended({ roomId, epoch, number, owner, records }: Appended): void {
    const track = this.#track(roomId);
    const name = `${roomId}: batch ${number} of epoch ${epoch}`;
    this.#batches++;
    if (owner !== undefined) this.#owns(track, roomId, epoch, owner);
    if (epoch < track.epoch) {
      this.#faults.add(`${name} was taken after epoch ${track.epoch} had begun`);
      return;
    }
    if (epoch > track.epoch) {
      this.#faults.add(`${name} was taken, and nobody has claimed that epoch`);
      this.#enter(track, epoch);
    }
    const isNext = owner === undefined ? number === track.number + 1 : number > track.number;
    if (!isNext) this.#faults.add(`${name} was taken after number ${track.number}`);
    track.number = number;
    for (const record of records) this.#record(track, name, record, epoch);
  }

  #record(track: Track, name: string, { kind, epoch, tick, runs }: ReadRecord, ofBatch: number): void {
    if (epoch !== ofBatch) this.#faults.add(`${name} has a record of epoch ${epoch}`);
    if (tick < track.tick) this.#faults.add(`${name}: ${kind} of tick ${tick} after tick ${track.tick}`);
    track.tick = tick;
    for (const run of runs) this.#run(track, name, run);
  }

  #run({ ran }: Track, name: string, run: Run): void {
    if (run.kind === "left") return;
    const { kind, sessionId, id } = run;
    const before = ran.get(sessionId) ?? 0;
    if (kind === "upTo" && id < before)
      this.#faults.add(`${name}: commands ${id + 1} to ${before} of ${sessionId} are lost`);
    if (kind === "ran" && id <= before) this.#faults.add(`${name}: command ${id} of ${sessionId} ran after ${before}`);
    if (kind === "ran" && id > before + 1)
      this.#faults.add(`${name}: commands ${before + 1} to ${id - 1} of ${sessionId} are missing`);
    ran.set(sessionId, id);
  }

  #judgeAnswers({ sessionId, issued, answered }: PlayerHistory, track: Track): void {
    const told = (fault: string) => this.#faults.add(`${sessionId}: ${fault}`);
    let next = 1;
    for (const { epoch, from, to } of answered) {
      if (from < next) told(`command ${from} was answered after ${next - 1}`);
      if (from > next) told(`commands ${next} to ${from - 1} were never answered`);
      next = to + 1;
      const ran = (track.epoch === epoch ? track.ran : track.ranBy.get(epoch))?.get(sessionId) ?? 0;
      if (to > ran) told(`commands up to ${to} were answered in epoch ${epoch}, its log has them up to ${ran}`);
    }
    if (next <= issued) told(`commands ${next} to ${issued} were never answered`);
    if (next - 1 > issued) told(`command ${next - 1} was answered and never issued`);
    const ran = track.ran.get(sessionId) ?? 0;
    const acknowledged = highestOf(answered);
    if (acknowledged > ran) told(`commands ${ran + 1} to ${acknowledged} were answered and are lost`);
  }

  #owns(track: Track, roomId: string, epoch: number, by: string): void {
    const owner = track.owners.get(epoch) ?? by;
    track.owners.set(epoch, owner);
    if (owner !== by) this.#faults.add(`${roomId}: epoch ${epoch} has two owners, ${owner} and ${by}`);
  }

  #enter(track: Track, epoch: number): void {
    track.ranBy.set(track.epoch, new Map(track.ran));
    track.epoch = epoch;
    track.number = 0;
  }

  #track(roomId: string): Track {
    let track = this.#tracks.get(roomId);
    if (track === undefined) this.#tracks.set(roomId, (track = new Track()));
    return track;
  }
}

function highestOf(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(({ to }) => to));
}
