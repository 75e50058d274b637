/**
 * The process that has this match: who it is, and its end by SIGKILL. A server in production has nothing of this, and says so by
 * saying no pid.
 */
import { DEV_HEADER } from "@ninelives/shared-schema";

/** How often it is asked who has the match now, and how long between two times, ms. */
const OWNER_TRIES = 5;
const OWNER_AGAIN_MS = 300;

export interface Owner {
  readonly processId: string;
  readonly pid: number;
}

export class KillSwitch {
  readonly #serverUrl: string;
  readonly #path: string;
  readonly #signal: AbortSignal;

  /** `signal`: nobody waits for answers any more. */
  constructor(serverUrl: string, roomId: string, signal: AbortSignal) {
    this.#serverUrl = serverUrl;
    this.#path = `/dev/rooms/${roomId}`;
    this.#signal = signal;
  }

  async isThere(): Promise<boolean> {
    return "pid" in (await this.#ask("/healthz"));
  }

  /** Who has the match; another one than `dead`. undefined: nobody says so. */
  async owner(dead?: Owner): Promise<Owner | undefined> {
    for (let attempt = 0; attempt < OWNER_TRIES && !this.#signal.aborted; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, OWNER_AGAIN_MS));
      const owner = await this.#ask(this.#path).catch(() => undefined);
      if (isOwner(owner) && owner.processId !== dead?.processId) return owner;
    }
    return undefined;
  }

  /** Resolves with who is dead from now on. */
  async kill(): Promise<Owner> {
    const headers = { "content-type": "application/json", [DEV_HEADER]: "1" };
    const killed = await this.#ask(`${this.#path}/kill`, { method: "POST", headers, body: "{}" });
    if (!isOwner(killed)) throw new TypeError("a process with its pid expected");
    return killed;
  }

  async #ask(path: string, request: RequestInit = {}): Promise<object> {
    const answer = await fetch(this.#serverUrl + path, { ...request, signal: this.#signal });
    const body = (await answer.json()) as { readonly error?: string };
    if (!answer.ok) throw new Error(body.error ?? `${answer.status}`);
    return body;
  }
}

function isOwner(body: object | undefined): body is Owner {
  return body !== undefined && "processId" in body && "pid" in body;
}
