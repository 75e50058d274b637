/**
 * The app's listeners. One that throws is a fault of the app: it is reported as the platform reports any error that nobody
 * caught, and takes nothing from the other listeners, the frame it came with or the connection.
 */
export class Listeners<T> {
  readonly #listeners = new Set<(told: T) => void>();

  /** Returns how to stop that. */
  add(listener: (told: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(told: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
