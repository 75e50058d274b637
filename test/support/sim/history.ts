/**
 * What happened in a simulated world, as its two sides saw it. Written down while the world runs; `checker.ts` compares them.
 */

/** How a command ended: with the server's result, or with a code. */
export type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly code: string };

/** A handler ran. */
export interface Applied {
  /** Names one command of one page. */
  readonly key: string;
  readonly sessionId: string;
  readonly outcome: Outcome;
}

/** An event left the game's code. */
export interface Emitted {
  /** 1 and up: different in each. */
  readonly id: number;
  /** What the state's `mark` is after the patch of the event's tick, at least. */
  readonly mark: number;
  /** Sessions it is for. */
  readonly to: ReadonlySet<string>;
}

export interface ServerHistory {
  /** In the order they ran. */
  readonly applied: readonly Applied[];
  readonly emitted: readonly Emitted[];
}

/** What a command's policy promises: `soon` is one with a time to live. */
export type Policy = "must" | "latest" | "drop" | "soon";

export interface Issued {
  readonly key: string;
  readonly policy: Policy;
  /** undefined: the page never heard of it again. */
  ended: (Outcome & { readonly place: number }) | undefined;
}

/** What a page was told, in order. `seenMark`: the state's mark at that moment. */
export type Heard =
  | { readonly kind: "event"; readonly id: number; readonly mark: number; readonly seenMark: number }
  | { readonly kind: "gap"; readonly from: number; readonly to: number };

/** Where a page came from: a reload goes on where the page before was, a second tab where the first one was at that moment. */
export interface Birth {
  readonly from: number;
  /** How many things that page had heard. */
  readonly heard: number;
  /** Commands of policy `must` that page had sent and not been answered: this one has to see to them. */
  readonly taken: ReadonlySet<string>;
  /** The same, of what it said in the topic. */
  readonly takenTalk: ReadonlySet<string>;
  readonly isCopy: boolean;
}

/** `gone`: it was closed or loaded again. `replaced`: another page has its seat. */
export type PageEnd = "lives" | "gone" | "replaced";

export interface PageHistory {
  readonly birth: Birth | undefined;
  /** In the order they were issued. */
  readonly issued: readonly Issued[];
  readonly heard: readonly Heard[];
  readonly end: PageEnd;
}

/** One player's pages, oldest first. */
export interface SeatHistory {
  readonly sessionId: string;
  readonly pages: readonly PageHistory[];
}
