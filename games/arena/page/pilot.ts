/**
 * The ship this player steers. It moves the moment a key is pressed: each input is applied here with the server's own step
 * function and sent; when the server's answer differs, the SDK goes back to it and applies what is still on its way again.
 */
import { type Predictor, predictSelf, type Room } from "@ninelives/client";
import { type Control, type ShotStart, shotFrom, STEP_FIELDS, stepShip } from "../arena.sim.ts";
import type { Arena, Ship } from "../arena.type.ts";

/** A jump above this is a respawn, not an error to glide away, px. */
export const TELEPORT_PX = 150;

/** A shot as it leaves the gun here; `seq` is the number of the input that fired it. */
export interface Fired extends ShotStart {
  readonly seq: number;
}

type ArenaRoom = Room<typeof Arena>;
type Reconciler = ReturnType<typeof predictSelf<typeof Arena, Ship>>;

export class Pilot {
  readonly #room: ArenaRoom;
  readonly #predictor: Predictor<typeof Arena>;
  readonly #onFire: (shot: Fired) => void;
  #reconciler: Reconciler | undefined;
  #ship: Ship | undefined;
  #reconciled = 0;
  #correctionPx = 0;

  constructor(room: ArenaRoom, predictor: Predictor<typeof Arena>, onFire: (shot: Fired) => void) {
    this.#room = room;
    this.#predictor = predictor;
    this.#onFire = onFire;
  }

  /** How far the server's last answers moved the ship, px: the largest since this was last read. */
  takeCorrectionPx(): number {
    const largest = this.#correctionPx;
    this.#correctionPx = 0;
    return largest;
  }

  /** Applies and sends the inputs that are due in this frame. */
  frame(nowMs: number, read: () => Control): void {
    this.#follow();
    const due = this.#predictor.tick(nowMs);
    this.#measure();
    if (this.#reconciler === undefined || this.#room.connection.state !== "CONNECTED") return;
    for (let step = 0; step < due; step++) {
      Object.assign(this.#room.input.data, read());
      this.#room.input.send();
    }
  }

  stop(): void {
    this.#reconciler?.dispose();
    this.#reconciler = undefined;
  }

  /** The own ship may go and come back as another object: after a long absence, in a new room. */
  #follow(): void {
    const ship = this.#room.state.ships.get(this.#room.sessionId);
    if (ship === this.#ship) return;
    this.stop();
    this.#ship = ship;
    if (ship === undefined) return;
    this.#reconciler = predictSelf(this.#room, this.#predictor, ship, {
      fields: STEP_FIELDS,
      snap: TELEPORT_PX,
      step: (context, self, input) => {
        const { rules, playing } = this.#room.state;
        const fires = stepShip(self, input, context.dt, rules);
        if (fires && playing && !context.isReplay) this.#onFire({ seq: context.tick, ...shotFrom(self, rules) });
      },
    });
  }

  #measure(): void {
    const { reconcileSeq = 0, lastCorrection } = this.#reconciler ?? {};
    if (reconcileSeq === this.#reconciled || lastCorrection === undefined) return;
    this.#reconciled = reconcileSeq;
    const px = Math.hypot(lastCorrection.x ?? 0, lastCorrection.y ?? 0);
    if (px < TELEPORT_PX) this.#correctionPx = Math.max(this.#correctionPx, px);
  }
}
