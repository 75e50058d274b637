/** The app's token, which names its player: kept until the server refuses it, and got anew then, once for everybody who needs it. */
import { NetError } from "@ninelives/shared-schema";

/** A token, or what gets one. Whatever it throws, but a NetError, counts as UNREACHABLE: it is called again when a token is needed. */
export type TokenOption = string | (() => string | Promise<string>);

export class Tokens {
  readonly #given: TokenOption | undefined;
  #kept: Promise<string> | undefined;

  constructor(given: TokenOption | undefined) {
    this.#given = given;
  }

  /** A token that was refused may be followed by another one. */
  get canRenew(): boolean {
    return typeof this.#given === "function";
  }

  /** undefined: the app has none, and its player is a guest. */
  async current(): Promise<string | undefined> {
    if (this.#given === undefined) return undefined;
    if (typeof this.#given === "string") return this.#given;
    if (this.#kept === undefined) {
      const asked = ask(this.#given);
      this.#kept = asked;
      asked.catch(() => this.#forget(asked));
    }
    return this.#kept;
  }

  /** One that came after `stale`. Rejects with UNAUTHORIZED where there can be none. */
  async after(stale: string | undefined): Promise<string> {
    if (!this.canRenew) {
      const message = "a new token is needed, and `token` of connect() is no function that gets one";
      throw new NetError("UNAUTHORIZED", message, { token: stale === undefined ? "missing" : "expired" });
    }
    const kept = this.#kept;
    if ((await kept?.catch(() => stale)) === stale) this.#forget(kept);
    return (await this.current())!;
  }

  #forget(asked: Promise<string> | undefined): void {
    if (this.#kept === asked) this.#kept = undefined;
  }
}

/** The server wants another token than it was shown. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof NetError && error.name === "UNAUTHORIZED" && error.details.token !== undefined;
}

async function ask(get: () => string | Promise<string>): Promise<string> {
  let token: unknown;
  try {
    token = await get();
  } catch (error) {
    if (error instanceof NetError) throw error;
    throw new NetError("UNREACHABLE", `no token: \`token\` of connect() threw: ${String(error)}`, {}, error);
  }
  if (typeof token === "string" && token !== "") return token;
  throw new NetError("UNAUTHORIZED", `\`token\` of connect(): a text expected, ${typeof token} got`);
}
