/** The way from one process to the others: it asks the keeper of whoever listens there, over a network of its own. */
import { LIMITS } from "@ninelives/shared-schema";
import type { Keeper } from "../../server/src/ownership/keeper.ts";
import type { Peers } from "../../server/src/ownership/ports.ts";
import type { SimHost, Surroundings } from "./sim-host.ts";

/** Longest delay each way, ms. */
const FAR_MS = 6;

export function peersOf(host: SimHost, world: Surroundings): Peers {
  const { clock, dice } = world;
  const ask = <R>(inner: string, of: (keeper: Keeper) => R) =>
    new Promise<R>((resolve, reject) => {
      const backMs = dice.between(1, FAR_MS);
      const refuse = (afterMs: number) => host.clock.after(afterMs, () => reject(new Error("no answer")));
      clock.after(dice.between(1, FAR_MS), () => {
        const peer = world.at(inner);
        if (peer === undefined || !world.isReachable(host) || !world.isReachable(peer)) refuse(backMs);
        else if (peer.clock.isPaused) refuse(LIMITS.peerAnswerMs);
        else {
          const answer = of(peer.keeper);
          host.clock.after(backMs, () => resolve(answer));
        }
      });
    });
  return {
    canReachStore: (inner) => ask(inner, (keeper) => keeper.storeMemory.canBeReached),
    quietMs: (inner) => ask(inner, (keeper) => keeper.storeMemory.quietMs),
  };
}
