/**
 * The shots as they are shown.
 *
 *  own      leaves the gun with the key press and flies on this player's clock from then on. The server's shot is matched to it
 *           by the input that fired it; when the server has taken that input and no shot came, the shot was none and vanishes.
 *           Where it meets a wall or a ship on the screen it ends here at once: the server judges by the same picture.
 *  foreign  is sent once, with the moment it began; it is drawn at the moment other ships are shown at, until the moment the
 *           server took it away has come there too.
 */
import type { Predictor, Room } from "@ninelives/client";
import { type Point, shotAt, shotHits, type ShotStart, wayBlocked } from "../arena.sim.ts";
import type { Arena, Shot } from "../arena.type.ts";
import type { Past } from "./past.ts";
import type { Fired } from "./pilot.ts";
import type { Ships, ShipView } from "./ships.ts";

/** The server may have fired a few inputs away from where we did, when a correction moved the cooldown. */
const SEQ_SLACK = 3;
/** A prediction nobody answered is dropped after this long at the latest, ms. */
const UNANSWERED_MS = 2_000;

interface OwnShot extends Fired {
  readonly firedAtMs: number;
}

export interface ShotView {
  readonly start: ShotStart;
  readonly hue: number;
  readonly own: boolean;
  /** Clock it flies on, as the time it began. */
  readonly beganMs: number;
  x: number;
  y: number;
  /** Drawn in this frame. */
  visible: boolean;
  ended: boolean;
  /** When the server took it away; drawn until that is shown. */
  goneAtMs: number;
}

export interface ShotEvents {
  struckWall(at: Point, shot: ShotView): void;
  struckShip(ship: ShipView, at: Point, shot: ShotView): void;
}

export class Shots {
  readonly #room: Room<typeof Arena>;
  readonly #past: Past;
  readonly #ships: Ships;
  readonly #events: ShotEvents;
  readonly #store: ReturnType<typeof openStore>;
  readonly #views = new Map<number, ShotView>();
  readonly #unanswered = new Map<number, () => void>();
  #ackedBefore = 0;

  constructor(
    room: Room<typeof Arena>,
    predictor: Predictor<typeof Arena>,
    past: Past,
    ships: Ships,
    events: ShotEvents,
  ) {
    this.#room = room;
    this.#past = past;
    this.#ships = ships;
    this.#events = events;
    this.#store = openStore(predictor, room.sessionId, ({ seq }) => this.#isDue(seq));
    room.onPatch(() => this.#dropRefused());
    room.connection.onChange(() => this.#startOver());
  }

  fire(shot: Fired): void {
    const spawned = this.#store.spawn({ ...shot, firedAtMs: this.#room.sdk.clock.now() });
    this.#unanswered.set(shot.seq, () => spawned.cancel());
  }

  all(): IterableIterator<ShotView> {
    return this.#views.values();
  }

  update(): void {
    const present = new Set<number>();
    for (const { id, server, local } of this.#store.entries()) {
      present.add(id);
      if (!this.#views.has(id)) this.#views.set(id, local === undefined ? this.#foreign(server!) : this.#own(local));
    }
    const ownNowMs = this.#room.sdk.clock.now();
    const pastMs = this.#past.nowMs;
    for (const [id, view] of this.#views) {
      if (!present.has(id)) {
        if (view.own) this.#views.delete(id);
        else if (view.goneAtMs === Number.POSITIVE_INFINITY) view.goneAtMs = this.#past.newestMs;
      }
      const nowMs = view.own ? ownNowMs : pastMs;
      if (nowMs > view.goneAtMs) this.#views.delete(id);
      else this.#fly(view, nowMs - view.beganMs);
    }
  }

  #own({ firedAtMs, ...start }: OwnShot): ShotView {
    return newShotView(start, this.#room.state.ships.get(this.#room.sessionId)?.hue ?? 0, true, firedAtMs);
  }

  #foreign(shot: Shot): ShotView {
    const { x, y, vx, vy } = shot;
    return newShotView({ x, y, vx, vy }, this.#room.state.ships.get(shot.owner)?.hue ?? 0, false, shot.bornMs);
  }

  #fly(view: ShotView, ageMs: number): void {
    view.visible = !view.ended && ageMs >= 0 && ageMs <= this.#room.state.rules.shotLifeMs;
    if (!view.visible) return;
    const from = { x: view.x, y: view.y };
    const to = shotAt(view.start, ageMs);
    view.x = to.x;
    view.y = to.y;
    const struck = view.own ? this.#shipOnWay(from, to) : undefined;
    if (struck === undefined && !wayBlocked(from, to)) return;
    view.ended = true;
    view.visible = false;
    if (struck === undefined) this.#events.struckWall(from, view);
    else this.#events.struckShip(struck, to, view);
  }

  #shipOnWay(from: Point, to: Point): ShipView | undefined {
    for (const ship of this.#ships.all()) {
      if (!ship.isSelf && ship.alive && shotHits(from, to, ship)) return ship;
    }
    return undefined;
  }

  /** The patch that is being read acknowledges this input, give or take the slack. */
  #isDue(seq: number): boolean {
    return seq > this.#ackedBefore - SEQ_SLACK && seq <= this.#room.input.lastProcessed + SEQ_SLACK;
  }

  /** After a patch: inputs well before the one it acknowledges have had their shot. */
  #dropRefused(): void {
    const { lastProcessed } = this.#room.input;
    for (const [seq, cancel] of this.#unanswered) {
      if (seq > lastProcessed - SEQ_SLACK) continue;
      cancel();
      this.#unanswered.delete(seq);
    }
    this.#ackedBefore = lastProcessed;
  }

  /** A connection counts its inputs from zero. */
  #startOver(): void {
    for (const cancel of this.#unanswered.values()) cancel();
    this.#unanswered.clear();
    this.#ackedBefore = 0;
  }
}

function openStore(predictor: Predictor<typeof Arena>, sessionId: string, isDue: (own: OwnShot) => boolean) {
  return predictor.spawns("shots", {
    owned: ({ owner }) => owner === sessionId,
    correlate: (own: OwnShot, _shot: Shot) => isDue(own),
    ttl: () => UNANSWERED_MS,
  });
}

export function newShotView(start: ShotStart, hue: number, own: boolean, beganMs: number): ShotView {
  const { x, y } = start;
  return { start, hue, own, beganMs, x, y, visible: false, ended: false, goneAtMs: Number.POSITIVE_INFINITY };
}
