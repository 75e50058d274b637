/** A window with a document, as far as the client listens to one. */
import type { HintEvent } from "../../src/connection/hints.ts";

type Listener = (event: HintEvent) => void;

class Source {
  readonly #listeners = new Map<string, Set<Listener>>();

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  emit(type: string, event: HintEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

class FakeDocument extends Source {
  visibilityState = "visible";
}

export class FakePage extends Source {
  readonly document = new FakeDocument();

  /** Listeners that wait, on the window and on its document. */
  override get listeners(): number {
    return super.listeners + this.document.listeners;
  }

  tell(type: "online" | "offline" | "pageshow", event: HintEvent = {}): void {
    this.emit(type, event);
  }

  show(visibilityState: "visible" | "hidden"): void {
    this.document.visibilityState = visibilityState;
    this.document.emit("visibilitychange", {});
  }
}
