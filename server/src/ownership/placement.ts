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
 * Who may take a room: living, not going away, not new if there are others, knowing its type. Those at the room's version; where there is none, those at a
 * later one, which may know how to migrate it. `kind` undefined: its type is not known.
 */
export function candidates(members: readonly Member[], kind: RoomKind | undefined): readonly Member[] {
  const willing = staying(members);
  const seasoned = willing.filter(({ info }) => info.isNew !== true);
  return versed(seasoned.length > 0 ? seasoned : willing, kind);
}

/** Living, and not going away. */
export function staying(members: readonly Member[]): Member[] {
  return members.filter(({ info, leaseLeftMs }) => leaseLeftMs > 0 && !info.draining);
}

/** Those that can run such a room; all of them when that is not known. */
export function versed(members: readonly Member[], kind: RoomKind | undefined): readonly Member[] {
  if (kind === undefined) return members;
  const knowing = (test: (version: number) => boolean) =>
    members.filter(({ info }) => Object.hasOwn(info.types, kind.type) && test(info.types[kind.type]!));
  const exact = knowing((version) => version === kind.version);
  return exact.length > 0 ? exact : knowing((version) => version > kind.version);
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
