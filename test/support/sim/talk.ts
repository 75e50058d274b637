/**
 * What a page says and hears in the room's one topic, and what has to be true of it: one order for everybody, every message once,
 * from the first one on, whatever the pages went through. Everything is kept, so nothing may be a gap.
 */
import type { Room } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import type { PageEnd } from "./history.ts";
import type { Sim } from "./sim-room.ts";

/** More than players of a world say. */
const HISTORY = 500;

export interface TalkHistory {
  readonly end: PageEnd;
  /** In the order they were heard. */
  readonly heard: readonly { readonly key: string; readonly offset: number }[];
  readonly gaps: number;
  /** `ended`: the number the message got, or a code. */
  readonly said: readonly { readonly key: string; readonly ended: number | string | undefined }[];
  /** Said by the page before, and not answered to it: this one has to see to them. */
  readonly taken: ReadonlySet<string>;
  /** Why the subscription failed. */
  readonly refusal: string | undefined;
}

export class Talk implements Omit<TalkHistory, "end" | "taken"> {
  readonly heard: { key: string; offset: number }[] = [];
  readonly said: { key: string; ended: number | string | undefined }[] = [];
  gaps = 0;
  refusal: string | undefined;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  listen(room: Room<typeof Sim>): void {
    const onGap = () => void this.gaps++;
    room
      .subscribe("chat", ({ key }, { offset }) => this.heard.push({ key, offset }), { history: HISTORY, onGap })
      .catch((error: unknown) => (this.refusal = nameOf(error)));
  }

  say(room: Room<typeof Sim>): void {
    const one: Talk["said"][number] = { key: `${this.#name}.t${this.said.length + 1}`, ended: undefined };
    this.said.push(one);
    room.publish("chat", { key: one.key }).then(
      ({ offset }) => (one.ended = offset),
      (error: unknown) => (one.ended = nameOf(error)),
    );
  }
}

/** Said and not answered. */
export function talkOwed(room: Room<typeof Sim> | undefined): Set<string> {
  const waiting = room?.pending.filter(({ type }) => type === "$publish") ?? [];
  return new Set(waiting.map(({ payload }) => (payload as { payload: { key: string } }).payload.key));
}

/** Every page of the world; an empty list means that nobody missed, repeated or misheard anything. */
export function faultsOfTalk(pages: readonly TalkHistory[]): string[] {
  const keys = new Map<number, string>();
  const offsets = new Map<string, number>();
  const faults: string[] = [];
  const stands = (key: string, offset: number) => {
    if ((keys.get(offset) ?? key) !== key) faults.push(`message ${offset} is ${keys.get(offset)} and ${key}`);
    if ((offsets.get(key) ?? offset) !== offset) faults.push(`${key} was said twice`);
    keys.set(offset, key);
    offsets.set(key, offset);
  };
  for (const { heard, said } of pages) {
    for (const { key, offset } of heard) stands(key, offset);
    for (const { key, ended } of said) if (typeof ended === "number") stands(key, ended);
  }
  const newest = Math.max(0, ...keys.keys());
  for (const page of pages) faults.push(...faultsOfPage(page, newest, offsets));
  return faults;
}

function faultsOfPage(page: TalkHistory, newest: number, offsets: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  for (const [place, { key, offset }] of page.heard.entries()) {
    if (offset !== place + 1) faults.push(`message ${place + 1} was due, ${key} with ${offset} was heard`);
  }
  for (const key of page.taken) if (!offsets.has(key)) faults.push(`${key} was lost with its page`);
  if (page.gaps > 0) faults.push(`${page.gaps} gaps in a topic of which everything is kept`);
  for (const { key, ended } of page.said) {
    if (typeof ended === "string" && !isDue(ended, page)) faults.push(`${key} was not said: ${ended}`);
    if (ended === undefined && page.end === "lives") faults.push(`${key} was never answered`);
  }
  if (page.end !== "lives") return faults;
  if (page.refusal !== undefined) faults.push(`a page hears nothing: ${page.refusal}`);
  if (page.heard.length < newest) faults.push(`a page heard ${page.heard.length} of ${newest} messages`);
  return faults;
}

function isDue(code: string, { end }: TalkHistory): boolean {
  return code === "OUTBOX_FULL" || (code === "COMMAND_UNANSWERED" && end === "replaced");
}

function nameOf(error: unknown): string {
  return error instanceof NetError ? error.name : String(error);
}
