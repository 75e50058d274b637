/** What a client gives each of its sessions: time, chance, the network, and what outlives the page. */
import type { ClientClock } from "./clock.ts";
import type { BackoffOptions } from "./connection/backoff.ts";
import type { HintTarget } from "./connection/hints.ts";
import type { LivenessProfile } from "./connection/liveness.ts";
import type { SeatStorage } from "./connection/seat-keeper.ts";
import type { OpenSocket } from "./connection/socket.ts";

export interface SessionServices {
  readonly clock: ClientClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly openSocket: OpenSocket;
  readonly backoff: BackoffOptions;
  readonly liveness: LivenessProfile;
  readonly storage: SeatStorage | undefined;
  readonly hints: HintTarget | undefined;
  /** Shows the server a newer token for this seat. Rejects with a NetError. */
  readonly renew: (roomId: string, sessionId: string) => Promise<void>;
}
