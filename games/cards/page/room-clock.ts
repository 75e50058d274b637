/** The room's clock, as a page without inputs knows it: the state says the time once a second, in between the page counts on. */
export class RoomClock {
  #heardMs = -1;
  #heardAtMs = 0;

  /** After each patch. */
  hear(roomMs: number, atMs: number): void {
    if (roomMs === this.#heardMs) return;
    this.#heardMs = roomMs;
    this.#heardAtMs = atMs;
  }

  now(atMs: number): number {
    return Math.max(0, this.#heardMs) + atMs - this.#heardAtMs;
  }
}
