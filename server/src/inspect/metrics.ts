/** What a host counts, as Prometheus reads it at /metrics. One registry per host; names and units follow its conventions. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { HeldBack } from "../strain/strain.ts";
import type { TickReport } from "../tick/pipeline.ts";

const TICK_BUCKETS_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1];
const WAIT_BUCKETS_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

export class Metrics {
  readonly registry = new Registry();
  readonly #tickCost = this.#histogram(
    "ninelives_tick_cost_seconds",
    "Time one wake-up took, steps and patch included",
  );
  readonly #tickLateness = this.#histogram("ninelives_tick_lateness_seconds", "How late the first due step began");
  readonly #steps = this.#counter("ninelives_steps_total", "Simulation steps run");
  readonly #stepsDropped = this.#counter("ninelives_steps_dropped_total", "Steps given up after a stall");
  readonly #stepsHeld = this.#counter(
    "ninelives_steps_held_total",
    "Simulation steps not run because their room is over its budget",
  );
  readonly #overBudget = this.#counter(
    "ninelives_room_budget_total",
    "Rooms that were named, held, moved or closed for what their steps cost, are within their budget again, or blocked the process",
    ["type", "what"],
  );
  readonly #patchBytes = this.#counter(
    "ninelives_patch_bytes_total",
    "Encoded patch bytes, once per patch, not per client",
  );
  readonly #patchesReplaced = this.#counter(
    "ninelives_patches_replaced_total",
    "Patches that a reader would have misread: a snapshot went to the log, and the whole state to players",
  );
  readonly #logBytes = this.#counter("ninelives_log_bytes_total", "Bytes handed to the log store", ["type", "kind"]);
  readonly #faults = this.#counter("ninelives_faults_total", "Errors thrown by game code or the store", [
    "type",
    "where",
  ]);
  readonly #refused = this.#counter("ninelives_refused_total", "Requests and frames refused, by code", [
    "type",
    "code",
  ]);
  readonly #outboxDropped = this.#counter(
    "ninelives_outbox_dropped_total",
    "Events and results given up: the store was away too long",
  );

  readonly #linesSwallowed = this.#counter(
    "ninelives_log_lines_swallowed_total",
    "Log lines not written: the same was said within the second",
  );
  readonly #patchesSkipped = this.#counter(
    "ninelives_patches_skipped_total",
    "Patches left out for clients that did not read, once per client",
  );
  readonly #resyncs = this.#counter(
    "ninelives_resyncs_total",
    "Whole states sent to clients that had missed patches and read again",
  );
  readonly #slowClosed = this.#counter(
    "ninelives_slow_closed_total",
    "Connections closed because too much waited for them, or for too long",
    ["why"],
  );

  readonly #tokensSpent = this.#counter(
    "ninelives_spent_tokens_total",
    "Reconnection tokens that came again when they were spent, by what came of it: refused, or the session revoked",
    ["type", "end"],
  );

  readonly #takeovers = this.#histogram(
    "ninelives_takeover_seconds",
    "From when a room's turn came until it ran again",
  );

  readonly #queueWaits = this.#histogram(
    "ninelives_queue_wait_seconds",
    "How long tickets of a queue waited for their match",
    WAIT_BUCKETS_SECONDS,
  );

  readonly #heldBack = this.#counter(
    "ninelives_held_back_total",
    "Patches, joins and rooms that there were not, because the host was under strain",
    ["what"],
  );

  constructor(counts: () => { rooms: number; players: number; doors: number }) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge("ninelives_rooms", "Rooms on this host", () => counts().rooms);
    this.#gauge("ninelives_players", "Players connected to this host", () => counts().players);
    this.#gauge("ninelives_doors", "Processes through which players are told to come back", () => counts().doors);
  }

  /** `counts`: by room type. */
  warmRooms(counts: () => ReadonlyMap<string, number>): void {
    new Gauge({
      name: "ninelives_warm_rooms",
      help: "Rooms kept ready ahead of demand, nobody in them",
      labelNames: ["type"],
      registers: [this.registry],
      collect() {
        for (const [type, count] of counts()) this.set({ type }, count);
      },
    });
  }

  /** `rungs`: every one there is -> whether the host has gone down it. */
  strain(strain: { readonly share: number; readonly rungs: ReadonlyMap<string, boolean> }): void {
    this.#gauge("ninelives_strain", "How much this host has to do: 0 nothing, 1 more than it can", () => strain.share);
    new Gauge({
      name: "ninelives_strain_rung",
      help: "1: the host gives this up",
      labelNames: ["rung"],
      registers: [this.registry],
      collect() {
        for (const [rung, isTaken] of strain.rungs) this.set({ rung }, isTaken ? 1 : 0);
      },
    });
  }

  breaker(name: string, breaker: { readonly isOpen: boolean }): void {
    new Gauge({
      name: "ninelives_breaker_open",
      help: "1: what is asked does not answer, and is asked by a probe only",
      labelNames: ["name"],
      registers: [this.registry],
      collect() {
        this.set({ name }, breaker.isOpen ? 1 : 0);
      },
    });
  }

  /** Lets go of everything: what Node itself observes for the default metrics outlives its host. */
  close(): void {
    this.registry.clear();
  }

  ticked(type: string, report: TickReport): void {
    this.#tickCost.observe({ type }, report.costMs / 1000);
    this.#tickLateness.observe({ type }, report.latenessMs / 1000);
    this.#steps.inc({ type }, report.steps);
    if (report.dropped > 0) this.#stepsDropped.inc({ type }, report.dropped);
  }

  stepsHeld(type: string, steps: number): void {
    if (steps > 0) this.#stepsHeld.inc({ type }, steps);
  }

  overBudget(type: string, what: "named" | "held" | "within" | "blocked" | "moved" | "closed"): void {
    this.#overBudget.inc({ type, what });
  }

  tookOver(ms: number): void {
    this.#takeovers.observe({ type: "host" }, ms / 1000);
  }

  patched(type: string, bytes: number): void {
    this.#patchBytes.inc({ type }, bytes);
  }

  patchReplaced(type: string): void {
    this.#patchesReplaced.inc({ type });
  }

  logged(type: string, kind: string, bytes: number): void {
    this.#logBytes.inc({ type, kind }, bytes);
  }

  fault(type: string, where: string): void {
    this.#faults.inc({ type, where });
  }

  refused(type: string, code: string): void {
    this.#refused.inc({ type, code });
  }

  lineSwallowed(type: string): void {
    this.#linesSwallowed.inc({ type });
  }

  outboxDropped(type: string): void {
    this.#outboxDropped.inc({ type });
  }

  patchesSkipped(type: string, patches: number): void {
    this.#patchesSkipped.inc({ type }, patches);
  }

  resynced(type: string): void {
    this.#resyncs.inc({ type });
  }

  heldBack(what: HeldBack): void {
    this.#heldBack.inc({ what });
  }

  slowClosed(why: "bytes" | "time"): void {
    this.#slowClosed.inc({ why });
  }

  tokenSpent(type: string, end: "refused" | "revoked"): void {
    this.#tokensSpent.inc({ type, end });
  }

  queued(type: string, waitMs: number): void {
    this.#queueWaits.observe({ type }, waitMs / 1000);
  }

  #histogram(name: string, help: string, buckets = TICK_BUCKETS_SECONDS) {
    return new Histogram({
      name,
      help,
      labelNames: ["type"],
      buckets,
      registers: [this.registry],
    });
  }

  #counter(name: string, help: string, labelNames: string[] = ["type"]) {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number) {
    return new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
