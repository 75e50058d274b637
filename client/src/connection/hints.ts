/**
 * What the browser knows of the network before a connection notices: the device lost it, or a reason to try at once has come
 * up, in place of waiting out the back-off. Hints only: nothing depends on one, and one may come twice in a row (a page taken
 * out of the back-forward cache is shown and becomes visible).
 *
 *   offline                                      hooks.offline
 *   online, visible again, shown from the cache  hooks.tryNow
 *
 * Node has no such events: there this listens to nothing.
 */
export interface BrowserHintHooks {
  /** The device has no network. */
  offline(): void;
  /** An attempt is likelier to succeed now than it was. */
  tryNow(): void;
}

/** What is used of an event. */
export interface HintEvent {
  /** Of `pageshow`: the page was frozen, and goes on with what it held. */
  readonly persisted?: boolean;
}

/** What is used of a place that tells events. */
export interface HintSource {
  addEventListener(type: string, listener: (event: HintEvent) => void): void;
  removeEventListener(type: string, listener: (event: HintEvent) => void): void;
}

/** What is used of a window; a worker has no document. */
export interface HintTarget extends HintSource {
  readonly document?: HintSource & { readonly visibilityState: string };
}

export class BrowserHints {
  readonly #undo: (() => void)[] = [];

  /** Listens from now on. `target`: default the global scope, if that has events. */
  constructor(hooks: BrowserHintHooks, target: HintTarget | undefined = globalTarget()) {
    if (target === undefined) return;
    const { document } = target;
    this.#listen(target, "offline", () => hooks.offline());
    this.#listen(target, "online", () => hooks.tryNow());
    this.#listen(target, "pageshow", ({ persisted }) => {
      if (persisted === true) hooks.tryNow();
    });
    if (document === undefined) return;
    this.#listen(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") hooks.tryNow();
    });
  }

  /** Takes every listener back. May be called again. */
  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #listen(source: HintSource, type: string, listener: (event: HintEvent) => void): void {
    source.addEventListener(type, listener);
    this.#undo.push(() => source.removeEventListener(type, listener));
  }
}

function globalTarget(): HintTarget | undefined {
  const scope = globalThis as unknown as Partial<HintTarget>;
  return typeof scope.addEventListener === "function" ? (scope as HintTarget) : undefined;
}
