/**
 * Judges what happened from what the store took and what the players were told: pure, and nothing of the code under test is asked. An
 * empty list means that no room had two owners in an epoch, no command that was answered was lost or ran twice, and everybody was served.
 */
import type { PlayerHistory, StoreEvent, WorldHistory } from "./history.ts";

/** How long two processes may run a room before the older one has noticed, ms. */
const OVERLAP_MS = 2_500;
/**
 * One that nobody could tell what the store says plays on; then it may have its lease twice, when a beat gets through and nothing
 * after it, ms.
 */
const ALONE_MS = 2_500;

export function faultsOf(history: WorldHistory): string[] {
  return [
    ...faultsOfOwners(history),
    ...faultsOfAppends(history.store),
    ...faultsOfSteps(history),
    ...history.players.flatMap((player) => faultsOfPlayer(player, history)),
  ];
}

function faultsOfOwners({ store, steps }: WorldHistory): string[] {
  const faults = new Set<string>();
  const owners = new Map<string, string>();
  const owns = (roomId: string, epoch: number, by: string) => {
    const name = `${roomId} at epoch ${epoch}`;
    const owner = owners.get(name) ?? by;
    owners.set(name, owner);
    if (owner !== by) faults.add(`${name} has two owners: ${owner} and ${by}`);
  };
  for (const event of store) {
    if (event.kind === "claimed") owns(event.roomId, event.epoch, event.owner);
    else if (event.kind === "appended") owns(event.roomId, event.epoch, event.by);
    else if (event.kind === "quarantined") faults.add(`${event.roomId} was set aside, and nothing was wrong with it`);
  }
  for (const { roomId, epoch, by } of steps) owns(roomId, epoch, by);
  return [...faults];
}

function faultsOfAppends(store: readonly StoreEvent[]): string[] {
  const faults: string[] = [];
  /** What the store knows: going back in time takes the newest away. */
  let known: StoreEvent[] = [];
  for (const event of store) {
    if (event.kind === "rolledBack") known = known.filter(({ atMs }) => atMs <= event.toMs);
    if (event.kind !== "appended") {
      known.push(event);
      continue;
    }
    const { roomId, epoch, number, begins } = event;
    const name = `${roomId}: append ${number} of epoch ${epoch}`;
    const ofRoom = known.filter((other) => "epoch" in other && other.roomId === roomId) as (StoreEvent & {
      epoch: number;
    })[];
    const later = ofRoom.find((other) => other.epoch > epoch);
    if (later !== undefined) faults.push(`${name} was taken after epoch ${later.epoch} had begun`);
    const before = ofRoom.findLast((other) => other.kind === "appended" && other.epoch === epoch);
    const last = before?.kind === "appended" ? before.number : 0;
    const isNext = begins ? number > last : number === last + 1;
    if (!isNext) faults.push(`${name} was taken after number ${last}`);
    let lastTick = before?.kind === "appended" ? before.ticks.at(-1)! : 0;
    for (const tick of event.ticks) {
      if (tick < lastTick) faults.push(`${name}: tick ${tick} after tick ${lastTick}`);
      lastTick = tick;
    }
    known.push(event);
  }
  return faults;
}

/** Nobody runs a room long after somebody else took it. */
function faultsOfSteps({ store, steps }: WorldHistory): string[] {
  const faults = new Map<string, string>();
  const aloneMs = new Map<string, number>();
  const claims = store.flatMap((event) => (event.kind === "claimed" ? [event] : []));
  const backs = store.flatMap((event) => (event.kind === "rolledBack" ? [event] : []));
  for (const { atMs, by, roomId, epoch, isAlone } of steps) {
    if (isAlone) aloneMs.set(by, atMs);
    if (atMs - (aloneMs.get(by) ?? Number.NEGATIVE_INFINITY) < ALONE_MS) continue;
    const later = claims.find((claim) => {
      if (claim.roomId !== roomId || claim.epoch <= epoch || claim.atMs > atMs - OVERLAP_MS) return false;
      const isForgotten = backs.some((back) => back.atMs >= claim.atMs && back.atMs <= atMs && back.toMs < claim.atMs);
      return !isForgotten;
    });
    if (later === undefined) continue;
    const name = `${by} runs ${roomId} at epoch ${epoch}`;
    if (!faults.has(name)) faults.set(name, `${name} ${atMs - later.atMs} ms after ${later.owner} took it`);
  }
  return [...faults.values()];
}

function faultsOfPlayer(player: PlayerHistory, { store, states }: WorldHistory): string[] {
  const { sessionId, roomId, issued, told, epochs, isGone, isServed } = player;
  const faults: string[] = [];
  if (isGone) return [`${sessionId} was told that ${roomId} is gone`];
  const state = states.get(roomId);
  if (state === undefined) return [`${roomId} is run by nobody`];
  if (!isServed) faults.push(`${sessionId} is not served`);
  const ran = state.get(sessionId) ?? [];
  const places = new Map(issued.map((key, place) => [key, place]));
  const seen = new Set<string>();
  for (const [index, key] of ran.entries()) {
    if (seen.has(key)) faults.push(`${key} ran twice`);
    seen.add(key);
    const place = places.get(key);
    if (place === undefined) faults.push(`${key} ran and was never issued`);
    const before = ran[index - 1];
    if (before !== undefined && places.get(before)! > place!) faults.push(`${key} ran after ${before}`);
  }
  const committedMs = firstCommits(store, roomId, sessionId);
  for (const [index, { key, atMs }] of told.entries()) {
    const before = told[index - 1]?.key;
    if (before !== undefined && places.get(before)! > places.get(key)!)
      faults.push(`${key} was answered after ${before}`);
    if (!seen.has(key)) faults.push(`${key} was answered and is lost`);
    if ((committedMs.get(key) ?? Number.POSITIVE_INFINITY) > atMs)
      faults.push(`${key} was answered before it was committed`);
  }
  if (isServed && told.length < issued.length)
    faults.push(`${sessionId}: ${told.length} of ${issued.length} were answered`);
  for (const [index, epoch] of epochs.entries())
    if (epoch < (epochs[index - 1] ?? 0)) faults.push(`${sessionId} went back to epoch ${epoch}`);
  return faults;
}

function firstCommits(store: readonly StoreEvent[], roomId: string, sessionId: string): Map<string, number> {
  const first = new Map<string, number>();
  for (const event of store) {
    if (event.kind !== "appended" || event.roomId !== roomId) continue;
    for (const key of event.keys) if (key.startsWith(`${sessionId}#`) && !first.has(key)) first.set(key, event.atMs);
  }
  return first;
}
