/**
 * Which process takes a room. Everyone who looks at the same members comes to the same answer without asking anybody, and when
 * one process comes or goes, only its own rooms move: each room ranks all processes by chance that its name and theirs decide
 * (rendezvous hashing), and a process with more room to spare has better odds.
 *
 * Two that see different members may both want a room: the store lets one of them have it.
 */
import type { Member, MemberInfo } from "./members.ts";

/** What a process has to know to run a room. */
export interface RoomKind {
  readonly type: string;
  readonly version: number;
}

/** Load counts in so many steps: one that changes a little from beat to beat must not move rooms. */
const LOAD_STEPS = 4;

/**
 * Who may take a room: living, not going away, knowing its type; those at the room's version, or where there is none those that can
 * migrate it. Of several not the ones that are new. `kind` undefined: its type is not known, or all know the same.
 */
export function candidates(members: readonly Member[], kind: RoomKind | undefined): readonly Member[] {
  return seasoned(versed(staying(members), kind));
}

/** Living, and not going away. */
export function staying(members: readonly Member[]): Member[] {
  return members.filter(({ info, leaseLeftMs }) => leaseLeftMs > 0 && !info.draining);
}

/** Those that can run such a room, or where there is none those that can migrate it; all of them when `kind` is not known. */
export function versed(members: readonly Member[], kind: RoomKind | undefined): readonly Member[] {
  if (kind === undefined) return members;
  const { type, version } = kind;
  const exact = members.filter(({ info }) => versionAt(info, type) === version);
  if (exact.length > 0) return exact;
  return members.filter(({ info }) => versionAt(info, type) !== undefined && migratesFrom(info, kind));
}

/** Who may set a room aside that has no candidate: those at a later version. Whoever knows only earlier ones leaves it to them. */
export function undertakers(members: readonly Member[], { type, version }: RoomKind): readonly Member[] {
  return seasoned(staying(members).filter(({ info }) => (versionAt(info, type) ?? 0) > version));
}

/** Who may make a room: those that know the newest version of its type, and do not refuse to make any. */
export function makers(members: readonly Member[], type: string): Member[] {
  const knowing = staying(members).filter(({ info }) => versionAt(info, type) !== undefined);
  const newest = Math.max(...knowing.map(({ info }) => versionAt(info, type)!));
  return knowing.filter(({ info }) => versionAt(info, type) === newest && info.full !== true);
}

/** What a process is known by that is to make a room. */
export interface Maker {
  readonly processId: string;
  readonly rooms: number;
  readonly load: number;
  /** Things it has given up under strain. Default 0. */
  readonly rung?: number | undefined;
  /** It takes no player who has no seat. Default false. */
  readonly closed?: boolean | undefined;
  /** undefined: its operator did not say. */
  readonly region?: string | undefined;
}

/**
 * The one that has given up the least, then the one with the most to spare, then the one with the fewest rooms; between equals `random`,
 * uniform in [0, 1), decides.
 */
export function leastBusy(all: readonly Maker[], random: number): Maker | undefined {
  const least = (of: readonly Maker[], by: (maker: Maker) => number) => {
    const lowest = Math.min(...of.map(by));
    return of.filter((maker) => by(maker) === lowest);
  };
  const unstrained = least(all, ({ rung = 0 }) => rung);
  const best = least(
    least(unstrained, ({ load }) => Math.round(load * LOAD_STEPS)),
    ({ rooms }) => rooms,
  );
  return best[Math.floor(random * best.length)];
}

/**
 * Who can take a room that uses `load` of process `me`, and has more to spare for it: the neighbours it would have there are less than those
 * it has here, so nobody sends it back for the same reason. undefined: nobody.
 */
export function reliever(
  members: readonly Member[],
  me: string,
  kind: RoomKind | undefined,
  load: number,
): Member | undefined {
  const mine = members.find(({ processId }) => processId === me);
  const others = staying(members).filter(({ processId, info }) => processId !== me && info.full !== true);
  const able = versed(others, kind).filter(({ info }) => info.isNew !== true);
  const best = able.toSorted((a, b) => a.info.load - b.info.load)[0];
  return mine !== undefined && best !== undefined && best.info.load < mine.info.load - load ? best : undefined;
}

function seasoned(members: readonly Member[]): readonly Member[] {
  const longer = members.filter(({ info }) => info.isNew !== true);
  return longer.length > 0 ? longer : members;
}

function versionAt({ types }: MemberInfo, type: string): number | undefined {
  return Object.hasOwn(types, type) ? types[type] : undefined;
}

function migratesFrom({ migrates = {} }: MemberInfo, { type, version }: RoomKind): boolean {
  return Object.hasOwn(migrates, type) && migrates[type]!.includes(version);
}

/** undefined when there is nobody. */
export function place(roomId: string, among: readonly Member[]): Member | undefined {
  let best: Member | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const member of among) {
    const score = weightOf(member.info) / -Math.log(chance(`${roomId}\n${member.processId}`));
    const isBetter = score > bestScore || (score === bestScore && member.processId < best!.processId);
    if (!isBetter) continue;
    best = member;
    bestScore = score;
  }
  return best;
}

/** An idle process gets so many rooms for each that a full one gets. */
export function weightOf({ load }: MemberInfo): number {
  return LOAD_STEPS - Math.min(LOAD_STEPS - 1, Math.floor(Math.max(0, load) * LOAD_STEPS));
}

/** Uniform in (0, 1), and the same for the same text everywhere: FNV-1a, then stirred until every bit depends on every other. */
function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 4_294_967_296;
}
