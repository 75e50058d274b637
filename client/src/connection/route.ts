/**
 * Where the next attempt goes, and when. A round is one attempt at each door: what is refused, or does not open in time, is passed
 * over at once; any other failure ends the round, and so does the last door. Between rounds the back-off is waited out.
 *
 * In the first SOON_FOR_MS after a drop rounds are close together when there is somewhere else to go, or when attempts are refused:
 * a process that died is replaced or started again within moments, and a refusal costs next to nothing. A server that sends us
 * elsewhere is followed at once, LIMITS.movesInRow times before it counts as a failure.
 *
 * No timer in here: the {@link Lifeline} waits.
 */
import { CloseReason, type CodeName, CODES, LIMITS } from "@ninelives/shared-schema";
import { ENTER_MS, type Failure } from "./attempt.ts";
import type { Backoff } from "./backoff.ts";
import type { Doors } from "./doors.ts";

/** How long after a drop rounds are close together, ms. */
const SOON_FOR_MS = 3_000;
/** How long a process that may be frozen has to open, ms; and how often, before it is taken to be slow. */
const SUSPECT_MS = 300;
const SUSPECT_TRIES = 4;
/** Those who are sent elsewhere at the same moment come spread over this, ms. */
const MOVE_SPREAD_MS = 30;

/** What follows a failure: the next door at once, the one we were sent to, or another round. */
export type Next = "door" | "moved" | "round";

export class Route {
  readonly #doors: Doors;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #retryAfterMs: number | undefined;
  #isMoved = false;
  #moves = 0;
  #wasRefused = false;
  /** How often each door has not opened in time since the last return. */
  readonly #late = new Map<string, number>();

  constructor(doors: Doors, backoff: Backoff, random: () => number) {
    this.#doors = doors;
    this.#backoff = backoff;
    this.#random = random;
  }

  /** Rounds that were begun since the connection was lost. */
  get rounds(): number {
    return this.#backoff.attempt;
  }

  /** The number of the attempt that comes next. */
  get attempt(): number {
    return this.#isMoved ? Math.max(1, this.rounds) : this.rounds + 1;
  }

  /**
   * How long the current door has to open, ms. The only one has all the time there is, any other twice as long each time it was
   * late: a slow network is no dead process. A first connection has no second round, so there they share the time.
   */
  openMs(isFirst: boolean): number {
    const { count, current, isSuspect } = this.#doors;
    const { openMs } = this.#backoff;
    if (count === 1) return ENTER_MS;
    if (isFirst) return Math.max(openMs, Math.ceil(ENTER_MS / count));
    const late = (this.#late.get(current) ?? 0) - (isSuspect ? SUSPECT_TRIES : 0);
    return late < 0 ? Math.min(openMs, SUSPECT_MS) : Math.min(ENTER_MS, openMs * 2 ** late);
  }

  /** The room let us in. */
  entered(): void {
    this.#doors.worked();
    this.#backoff.reset();
    this.#moves = 0;
    this.#late.clear();
  }

  /** The connection that held is gone. A process that may be frozen, or that says no more than "come again", is asked last. */
  lost(reason: CodeName, text: string): void {
    this.#wasRefused = false;
    this.#retryAfterMs = CloseReason.readRetryAfterMs(text);
    if (reason === "MOVED" && this.#isSent(text)) return;
    const isAsked = this.#retryAfterMs !== undefined;
    if (reason === "LINK_DEAD" || (reason === "MAY_TRY_RECONNECT" && !isAsked)) this.#doors.avoid();
  }

  /** An attempt came to nothing. */
  failed({ kind, code, text }: Failure): Next {
    this.#retryAfterMs = CloseReason.readRetryAfterMs(text);
    this.#wasRefused = kind === "refused";
    const { current } = this.#doors;
    if (kind === "late") this.#late.set(current, (this.#late.get(current) ?? 0) + 1);
    if (code === CODES.MOVED.code && this.#isSent(text)) return this.#isMoved ? "moved" : "round";
    const isMore = this.#doors.next();
    return isMore && (kind === "refused" || kind === "late") ? "door" : "round";
  }

  /** How long to wait before the attempt that comes, ms. `awayMs`: since the connection was lost. */
  delayMs(awayMs: number): number {
    const retryAfterMs = this.#retryAfterMs;
    this.#retryAfterMs = undefined;
    if (this.#isMoved) {
      this.#isMoved = false;
      return MOVE_SPREAD_MS * this.#random();
    }
    this.#moves = 0;
    const isSoon = awayMs < SOON_FOR_MS && (this.#doors.count > 1 || this.#wasRefused);
    const isPlain = retryAfterMs === undefined && this.rounds > 0;
    return isSoon && isPlain ? this.#backoff.soon() : this.#backoff.next(retryAfterMs);
  }

  /** An attempt is likelier to succeed now than it was: the schedule begins anew. */
  refresh(): void {
    this.#backoff.reset();
  }

  /** Whether the server said where to go. One that sent us on too often is believed no sooner than after a wait. */
  #isSent(text: string): boolean {
    const address = CloseReason.readMoved(text);
    if (address === undefined) return false;
    this.#doors.go(address);
    this.#isMoved = ++this.#moves <= LIMITS.movesInRow;
    return true;
  }
}
