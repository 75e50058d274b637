/** The way from one process to the others: it asks the keeper of whoever listens there, over a network of its own. */
import { LIMITS } from "@ninelives/shared-schema";
import type { Peers } from "../../server/src/ownership/ports.ts";
import type { SimHost, Surroundings } from "./sim-host.ts";

/** Longest delay each way, ms. */
const FAR_MS = 6;

export function peersOf(host: SimHost, world: Surroundings): Peers {
  const { clock, dice } = world;
  return {
    canReachStore: (inner) =>
      new Promise((resolve, reject) => {
        const backMs = dice.between(1, FAR_MS);
        const refuse = (afterMs: number) => host.clock.after(afterMs, () => reject(new Error("no answer")));
        clock.after(dice.between(1, FAR_MS), () => {
          const peer = world.at(inner);
          if (peer === undefined || !world.isReachable(host) || !world.isReachable(peer)) refuse(backMs);
          else if (peer.clock.isPaused) refuse(LIMITS.peerAnswerMs);
          else {
            const answer = peer.keeper.canReachStore;
            host.clock.after(backMs, () => resolve(answer));
          }
        });
      }),
  };
}
