/**
 * A room's log from its claim until it has begun. Whoever is fenced in that time never sees the first commit, and it is no owner yet
 * that could be told to step down: the beginning itself has to fail. From then on being fenced is the owner's own news.
 */
import { type Claim, type LogAppender, type LogStore, ownedError } from "./store.ts";

export class ClaimedLog {
  readonly appender: LogAppender;
  readonly #store: LogStore;
  readonly #roomId: string;
  readonly #fenced: Promise<void>;
  readonly #begun: () => void;

  private constructor(
    store: LogStore,
    roomId: string,
    appender: LogAppender,
    fenced: Promise<void>,
    begun: () => void,
  ) {
    this.#store = store;
    this.#roomId = roomId;
    this.appender = appender;
    this.#fenced = fenced;
    this.#begun = begun;
  }

  /** Rejects with OWNED when somebody else has the room. */
  static async claim(store: LogStore, roomId: string, { owner, from, onFenced }: Claim): Promise<ClaimedLog> {
    const { promise: fenced, resolve } = Promise.withResolvers<void>();
    let tell: () => void = resolve;
    const appender = await store.claim(roomId, { owner, from, onFenced: () => tell() });
    return new ClaimedLog(store, roomId, appender, fenced, () => (tell = onFenced));
  }

  /** Resolves as `beginning` does; rejects with OWNED as soon as somebody else has the room. */
  async begun<R>(beginning: Promise<R>): Promise<R> {
    const result = await Promise.race([beginning.then((value) => ({ value })), this.#fenced]);
    this.#begun();
    if (result !== undefined) return result.value;
    const current = await this.#store.ownerOf(this.#roomId).catch(() => undefined);
    throw ownedError(this.#roomId, this.appender.epoch, current);
  }
}
