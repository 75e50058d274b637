/**
 * Compares what the server did with what the players' pages were told: pure, from two histories to a list of faults, each one
 * sentence. An empty list means that nothing was lost, run twice, told twice, told early or answered wrongly.
 *
 *   must            runs exactly once, unless OUTBOX_FULL; answered while its page lives
 *   latest          ... or ends with COMMAND_SUPERSEDED, and then never ran
 *   soon            ... or ends with COMMAND_EXPIRED, and then never ran
 *   drop            ... or ends with NOT_CONNECTED, and then never ran, or with COMMAND_UNANSWERED, and then ran at most once
 *   a page's end    what it left unanswered ran at most once; a `must` it had sent is seen to by the page after it
 *   a second tab    each of two tabs says what it has got, so to the other an event may be a gap
 */
import { isDeepStrictEqual } from "node:util";
import { LIMITS } from "@ninelives/shared-schema";
import type { Applied, Emitted, Issued, Outcome, PageHistory, SeatHistory, ServerHistory } from "./history.ts";

const NEVER_RAN = new Set(["COMMAND_SUPERSEDED", "COMMAND_EXPIRED", "NOT_CONNECTED", "OUTBOX_FULL"]);
const FROM_HANDLER = new Set(["COMMAND_REFUSED", "COMMAND_FAILED"]);

/** Codes of the client that a command may end with while its page lives. */
const ENDS: Readonly<Record<Issued["policy"], readonly string[]>> = {
  must: ["OUTBOX_FULL"],
  latest: ["OUTBOX_FULL", "COMMAND_SUPERSEDED"],
  soon: ["OUTBOX_FULL", "COMMAND_EXPIRED"],
  drop: ["OUTBOX_FULL", "NOT_CONNECTED", "COMMAND_UNANSWERED"],
};

export function faultsOf(server: ServerHistory, seats: readonly SeatHistory[]): string[] {
  return [...faultsOfHandlers(server, seats), ...seats.flatMap((seat) => faultsOfSeat(server, seat))];
}

/** How many events a page has behind it, told and missed, once it has heard so many things. */
export function placeOf({ pages }: Pick<SeatHistory, "pages">, page: PageHistory, heard = page.heard.length): number {
  const { birth } = page;
  let place = birth === undefined ? 0 : placeOf({ pages }, pages[birth.from]!, birth.heard);
  for (const one of page.heard.slice(0, heard)) place = one.kind === "gap" ? one.to : place + 1;
  return place;
}

function faultsOfHandlers({ applied }: ServerHistory, seats: readonly SeatHistory[]): string[] {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  for (const { sessionId, pages } of seats)
    for (const { key } of pages.flatMap(({ issued }) => issued)) owners.set(key, sessionId);
  const seen = new Set<string>();
  for (const { key, sessionId } of applied) {
    if (owners.get(key) !== sessionId) faults.push(`${key} ran for session ${sessionId}, which did not issue it`);
    if (seen.has(key)) faults.push(`${key} ran twice`);
    seen.add(key);
  }
  return faults;
}

function faultsOfSeat(server: ServerHistory, seat: SeatHistory): string[] {
  const { sessionId, pages } = seat;
  const ran = new Map<string, Applied>();
  for (const one of server.applied) if (one.sessionId === sessionId) ran.set(one.key, one);
  const expected = server.emitted.filter(({ to }) => to.has(sessionId));
  const living = pages.filter(({ end }) => end === "lives").length;
  const faults = living === 1 ? [] : [`session ${sessionId}: ${living} pages hold one seat`];
  faults.push(...faultsOfOrder(seat, [...ran.keys()]));
  for (const [index, page] of pages.entries()) {
    const name = `session ${sessionId}, page ${index}`;
    for (const key of page.birth?.taken ?? []) if (!ran.has(key)) faults.push(`${key} was lost with its page`);
    for (const issued of page.issued) faults.push(...faultsOfCommand(issued, ran.get(issued.key), page));
    faults.push(...faultsOfAnswers(name, page), ...faultsOfEvents(name, seat, page, expected));
  }
  return faults;
}

/** A session's commands run in the order they were issued, one page after the other. */
function faultsOfOrder({ pages }: SeatHistory, ran: readonly string[]): string[] {
  const places = new Map(pages.flatMap(({ issued }) => issued).map(({ key }, place) => [key, place]));
  const faults: string[] = [];
  for (const [index, key] of ran.entries()) {
    const before = ran[index - 1];
    if (before === undefined || places.get(before)! < places.get(key)!) continue;
    faults.push(`${key} ran after ${before}, which was issued later`);
  }
  return faults;
}

function faultsOfCommand({ key, policy, ended }: Issued, ran: Applied | undefined, { end }: PageHistory): string[] {
  if (ended === undefined) return end === "lives" ? [`${key} was never answered`] : [];
  if (ended.ok || FROM_HANDLER.has(ended.code)) {
    if (ran === undefined) return [`${key} was answered and never ran`];
    const { place: _, ...got } = ended;
    if (isDeepStrictEqual(got, ran.outcome)) return [];
    return [`${key}: its handler said ${JSON.stringify(ran.outcome)}, its page got ${JSON.stringify(got)}`];
  }
  const { code } = ended;
  if (NEVER_RAN.has(code) && ran !== undefined) return [`${key} ran, and ended with ${code}`];
  const isDue = ENDS[policy].includes(code) || (end === "replaced" && code === "COMMAND_UNANSWERED");
  return isDue ? [] : [`${key} of policy ${policy} ${ran === undefined ? "never ran" : "ran"}, and ended with ${code}`];
}

function isFromServer(ended: Outcome): boolean {
  return ended.ok || FROM_HANDLER.has(ended.code);
}

/** Answers of the server arrive in the order of the commands. */
function faultsOfAnswers(name: string, { issued }: PageHistory): string[] {
  const faults: string[] = [];
  let last = -1;
  for (const { key, ended } of issued) {
    if (ended === undefined || !isFromServer(ended)) continue;
    if (ended.place < last) faults.push(`${name}: ${key} was answered after one that was issued later`);
    last = ended.place;
  }
  return faults;
}

function faultsOfEvents(name: string, seat: SeatHistory, page: PageHistory, expected: readonly Emitted[]): string[] {
  const mayMiss = expected.length > LIMITS.toldItems || seat.pages.some(({ birth }) => birth?.isCopy === true);
  const faults: string[] = [];
  let place = placeOf(seat, page, 0);
  for (const heard of page.heard) {
    if (heard.kind === "gap") {
      const isTrue = heard.from === place + 1 && heard.to >= heard.from && heard.to <= expected.length;
      if (!isTrue || !mayMiss) faults.push(`${name}: after event ${place} a gap from ${heard.from} to ${heard.to}`);
      place = heard.to;
      continue;
    }
    const due = expected[place++];
    if (due?.id !== heard.id) faults.push(`${name}: event ${due?.id} is due, ${heard.id} was told`);
    if (heard.seenMark < heard.mark) faults.push(`${name}: event ${heard.id} was told before the patch of its tick`);
  }
  if (page.end === "lives" && place !== expected.length)
    faults.push(`${name}: ${place} of ${expected.length} events were told or missed`);
  return faults;
}
