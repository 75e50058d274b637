/**
 * What a connection shows of the state waits here for its welcome, which says whose picture it is: the one of an earlier owner is
 * not to be seen any more, and the one of a later owner is seen together with its epoch. A welcome comes with the room's next
 * tick, so there are one or two frames to hold; a server that goes on without one is not believed.
 */
import { LIMITS } from "@ninelives/shared-schema";

export interface GateHooks {
  take(frame: ArrayBuffer): void;
  /** LIMITS.earlyStates wait, and nobody has said whose they are. */
  full(): void;
}

export class StateGate {
  readonly #hooks: GateHooks;
  #held: ArrayBuffer[] | undefined = [];

  constructor(hooks: GateHooks) {
    this.#hooks = hooks;
  }

  /** Another connection begins: nothing of the one before is shown. */
  close(): void {
    this.#held = [];
  }

  pass(frame: ArrayBuffer): void {
    if (this.#held === undefined) this.#hooks.take(frame);
    else if (this.#held.push(frame) > LIMITS.earlyStates) this.#hooks.full();
  }

  /** This connection was welcomed. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.#hooks.take(frame);
  }
}
