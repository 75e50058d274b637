/** The ships as they are shown: where the predictor puts them, alive or not at the moment that is shown, with what flashes. */
import type { Predictor, Room } from "@ninelives/client";
import type { Arena, Ship } from "../arena.type.ts";
import type { Past } from "./past.ts";
import { TELEPORT_PX } from "./pilot.ts";

export interface ShipView {
  readonly id: string;
  readonly ship: Ship;
  readonly isSelf: boolean;
  x: number;
  y: number;
  aim: number;
  /** Alive at the moment that is shown. */
  alive: boolean;
  /** Health as the bar shows it: follows the real one. */
  hpShown: number;
  /** Fades from 1 after a hit. */
  flash: number;
  /** Grows from 0 to 1 after the ship came in. */
  arrived: number;
}

export function newShipView(id: string, ship: Ship, isSelf: boolean): ShipView {
  const { x, y, aim, alive, hp } = ship;
  return { id, ship, isSelf, x, y, aim, alive, hpShown: hp, flash: 0, arrived: 0 };
}

export interface ShipEvents {
  died(view: ShipView): void;
  arrived(view: ShipView): void;
  hurt(view: ShipView): void;
}

export class Ships {
  readonly #room: Room<typeof Arena>;
  readonly #predictor: Predictor<typeof Arena>;
  readonly #past: Past;
  readonly #events: ShipEvents;
  readonly #views = new Map<string, ShipView>();
  readonly #last = new Map<string, { hp: number; alive: boolean }>();

  constructor(room: Room<typeof Arena>, predictor: Predictor<typeof Arena>, past: Past, events: ShipEvents) {
    this.#room = room;
    this.#predictor = predictor;
    this.#past = past;
    this.#events = events;
    predictor.attachAll("ships", {
      x: { mode: "lerp", snap: TELEPORT_PX },
      y: { mode: "lerp", snap: TELEPORT_PX },
      aim: { mode: "lerp", angle: true },
    });
  }

  get self(): ShipView | undefined {
    return this.#views.get(this.#room.sessionId);
  }

  get(id: string): ShipView | undefined {
    return this.#views.get(id);
  }

  all(): IterableIterator<ShipView> {
    return this.#views.values();
  }

  /** `selfAim`: where the player points now; the own ship turns without waiting for a step. */
  update(dtSeconds: number, selfAim: number): void {
    const { ships } = this.#room.state;
    for (const [id, view] of this.#views) if (ships.get(id) !== view.ship) this.#forget(id);
    for (const [id, ship] of ships) {
      const view = this.#views.get(id) ?? this.#meet(id, ship);
      view.x = this.#predictor.value(ship, "x");
      view.y = this.#predictor.value(ship, "y");
      view.aim = view.isSelf && view.alive ? selfAim : this.#predictor.value(ship, "aim");
      view.hpShown += (ship.hp - view.hpShown) * (1 - Math.exp(-dtSeconds * 14));
      view.flash = Math.max(0, view.flash - dtSeconds * 5);
      view.arrived = Math.min(1, view.arrived + dtSeconds * 2.2);
      this.#notice(view);
    }
  }

  #meet(id: string, ship: Ship): ShipView {
    const view = newShipView(id, ship, id === this.#room.sessionId);
    this.#views.set(id, view);
    this.#last.set(id, { hp: ship.hp, alive: ship.alive });
    return view;
  }

  #forget(id: string): void {
    this.#views.delete(id);
    this.#last.delete(id);
  }

  /** What happens to another ship is shown when the picture has come that far; coming in is shown at once, as its place is. */
  #notice(view: ShipView): void {
    const { ship, isSelf } = view;
    const last = this.#last.get(view.id)!;
    const show = (play: () => void) => (isSelf ? play() : this.#past.whenShown(play));
    if (ship.hp < last.hp) {
      show(() => {
        view.flash = 1;
        this.#events.hurt(view);
      });
    }
    if (last.alive && !ship.alive) {
      show(() => {
        if (ship.alive) return;
        view.alive = false;
        this.#events.died(view);
      });
    }
    if (!last.alive && ship.alive) {
      view.alive = true;
      view.arrived = 0;
      view.hpShown = ship.hp;
      this.#events.arrived(view);
    }
    last.hp = ship.hp;
    last.alive = ship.alive;
  }
}
