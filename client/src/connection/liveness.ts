/**
 * Finds a connection that looks open while nobody is at the other end: a phone that left its cell, a router that forgot, a
 * server that froze. Silence is the only sign of that, so silence is measured, and asked about before it is judged:
 *
 *   nothing heard for heartbeatMs             ping, once per heartbeat
 *   nothing heard for deadAfterMs             dead
 *   something owed, silence of half of pendingDeadAfterMs    ping
 *   something owed, silence of the patience                  dead
 *
 * Patience is pendingDeadAfterMs, on a slow network three round trips and 200 ms. Round trips are those of our own pings, the
 * first of which is sent when the connection opens; until it is answered the network is taken to be slow, at 500 ms.
 *
 * A check that comes late means that this side slept: frames may wait unread, so the silence is asked about and given the
 * patience once more, at most once per silence. One timer at most; a frame costs two assignments and arms nothing.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";

export interface LivenessProfile {
  /** Silence before a ping and between two pings, ms. */
  readonly heartbeatMs: number;
  /** Silence before the connection is dead although nothing is owed, ms. Two heartbeats or more. */
  readonly deadAfterMs: number;
  /** Least silence before it is dead while something is owed, ms. Half of it before a ping. */
  readonly pendingDeadAfterMs: number;
}

export const LIVENESS = {
  /** Rooms that may have nothing to say for long: a lobby, a board game. */
  default: { heartbeatMs: 30_000, deadAfterMs: 60_000, pendingDeadAfterMs: 900 },
  /** Rooms that send patches all the time. */
  game: { heartbeatMs: 1_000, deadAfterMs: 3_000, pendingDeadAfterMs: 900 },
} as const satisfies Record<string, LivenessProfile>;

export interface LivenessHooks {
  /** Send something that the server answers. */
  ping(): void;
  /** Nobody is there: called once, after everything has stopped. `quietMs`: how long nothing was heard. */
  dead(quietMs: number): void;
}

/** What a round trip is taken to be before any was measured, ms. */
const UNKNOWN_ROUND_TRIP_MS = 500;
/** How much one round trip moves the smoothed one. */
const SMOOTHING = 1 / 8;
/** Patience on a slow network: so many smoothed round trips, and what the server may need for an answer, ms. */
const ROUND_TRIPS = 3;
const ANSWER_MS = 200;

export class Liveness {
  readonly #profile: LivenessProfile;
  readonly #clock: ClientClock;
  readonly #hooks: LivenessHooks;
  #running = false;
  #timer: ClientTimer | undefined;
  /** When the timer is due. */
  #dueMs = 0;
  #heardMs = 0;
  #pingedMs: number | undefined;
  /** The oldest ping that was not answered. */
  #unansweredMs: number | undefined;
  /** A ping of this connection was answered. */
  #isMeasured = false;
  /** Since when something is owed. */
  #owedMs: number | undefined;
  /** When a late check asked, in place of judging. */
  #wokeMs: number | undefined;
  #roundTripMs = UNKNOWN_ROUND_TRIP_MS;

  constructor(profile: LivenessProfile, clock: ClientClock, hooks: LivenessHooks) {
    this.#profile = profile;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Silence that is borne while something is owed, ms. */
  get patienceMs(): number {
    return Math.max(this.#profile.pendingDeadAfterMs, ROUND_TRIPS * this.#roundTripMs + ANSWER_MS);
  }

  /** A connection is open, and asked at once how slow it is. Silence counts from now; what was owed still is. */
  start(): void {
    this.stop();
    const nowMs = this.#clock.now();
    this.#running = true;
    this.#heardMs = nowMs;
    this.#pingedMs = undefined;
    this.#wokeMs = undefined;
    if (this.#owedMs !== undefined) this.#owedMs = nowMs;
    this.#isMeasured = false;
    this.#roundTripMs = Math.max(this.#roundTripMs, UNKNOWN_ROUND_TRIP_MS);
    this.#ping(nowMs);
  }

  /** The connection is closed: no timer is left, no hook is called, and what comes on the next one answers none of its pings. */
  stop(): void {
    this.#running = false;
    this.#unansweredMs = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A frame came, any frame. */
  heard(): void {
    this.#heardMs = this.#clock.now();
    this.#wokeMs = undefined;
  }

  /** The frame that came answers a ping. */
  answered(): void {
    if (this.#unansweredMs === undefined) return;
    const sampleMs = Math.min(LIMITS.roundTripMs, this.#heardMs - this.#unansweredMs);
    if (this.#isMeasured) this.#roundTripMs += (sampleMs - this.#roundTripMs) * SMOOTHING;
    else this.#roundTripMs = sampleMs;
    this.#isMeasured = true;
    this.#unansweredMs = undefined;
  }

  /**
   * Whether an answer is owed to something that was sent. Said again while it is so, it changes nothing: one who sends more
   * into a black hole does not wait longer for it.
   */
  waiting(isWaiting: boolean): void {
    if (isWaiting === (this.#owedMs !== undefined)) return;
    const nowMs = this.#clock.now();
    this.#owedMs = isWaiting ? nowMs : undefined;
    if (this.#running && isWaiting && this.#nextMs() < this.#dueMs) this.#arm(nowMs);
  }

  /** From when on silence counts against what is owed. */
  #owedFromMs(owedMs: number): number {
    return Math.max(this.#heardMs, owedMs);
  }

  #nextMs(): number {
    return Math.min(this.#pingAtMs(), this.#deadAtMs());
  }

  #pingAtMs(): number {
    const pingedMs = this.#pingedMs ?? Number.NEGATIVE_INFINITY;
    const heartbeatMs = Math.max(this.#heardMs, pingedMs) + this.#profile.heartbeatMs;
    if (this.#owedMs === undefined) return heartbeatMs;
    const fromMs = this.#owedFromMs(this.#owedMs);
    return pingedMs >= fromMs ? heartbeatMs : Math.min(heartbeatMs, fromMs + this.#profile.pendingDeadAfterMs / 2);
  }

  #deadAtMs(): number {
    const quietMs = this.#heardMs + this.#profile.deadAfterMs;
    const owedMs = this.#owedMs === undefined ? quietMs : this.#owedFromMs(this.#owedMs) + this.patienceMs;
    const deadMs = Math.min(quietMs, owedMs);
    return this.#wokeMs === undefined ? deadMs : Math.max(deadMs, this.#wokeMs + this.patienceMs);
  }

  #arm(nowMs: number): void {
    this.#timer?.cancel();
    this.#dueMs = this.#nextMs();
    this.#timer = this.#clock.after(this.#dueMs - nowMs, () => this.#check());
  }

  #check(): void {
    const nowMs = this.#clock.now();
    const isLate = nowMs - this.#dueMs > this.#profile.pendingDeadAfterMs / 2;
    if (nowMs < this.#nextMs()) this.#arm(nowMs);
    else if (isLate && this.#wokeMs === undefined) {
      this.#wokeMs = nowMs;
      this.#ping(nowMs);
    } else if (nowMs >= this.#deadAtMs()) {
      this.stop();
      this.#hooks.dead(nowMs - this.#heardMs);
    } else this.#ping(nowMs);
  }

  /** The hook comes last: it may find the connection closed and stop all this. */
  #ping(nowMs: number): void {
    this.#pingedMs = nowMs;
    this.#unansweredMs ??= nowMs;
    this.#arm(nowMs);
    this.#hooks.ping();
  }
}
