/** What the player wants, from keyboard and mouse or from two sticks under the thumbs, as the input the room type asks for. */
import type { Control, Point } from "../arena.sim.ts";
import { TouchSticks } from "./touch-sticks.ts";

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
};
const STICK_MAX = 127;

export class Controls {
  aim = 0;
  readonly sticks: TouchSticks;
  readonly #held = new Set<string>();
  readonly #stop = new AbortController();
  #pointer: Point | undefined;
  #firing = false;

  /** `surface` gets the pointer; keys count wherever they are pressed, except in a text field. */
  constructor(surface: HTMLElement) {
    this.sticks = new TouchSticks(surface, this.#stop.signal);
    const { signal } = this.#stop;
    const on = { signal };
    addEventListener("keydown", (event) => this.#key(event, true), on);
    addEventListener("keyup", (event) => this.#key(event, false), on);
    addEventListener("blur", () => this.#release(), on);
    document.addEventListener("visibilitychange", () => this.#release(), on);
    surface.addEventListener("contextmenu", (event) => event.preventDefault(), on);
    addEventListener("pointermove", (event) => this.#point(event), on);
    surface.addEventListener("pointerdown", (event) => this.#press(event), on);
    addEventListener("pointerup", (event) => event.pointerType !== "touch" && (this.#firing = false), on);
  }

  /** `ship`: where the own ship is on the screen, CSS px. */
  read(ship: Point): Control {
    const { move, turn } = this.sticks;
    if (turn !== undefined) this.aim = Math.atan2(turn.y, turn.x);
    else if (this.#pointer !== undefined) this.aim = Math.atan2(this.#pointer.y - ship.y, this.#pointer.x - ship.x);
    else if (move !== undefined) this.aim = Math.atan2(move.y, move.x);
    const { x, y } = move ?? this.#keys();
    const fire = this.#firing || this.#held.has("Space") || (turn !== undefined && Math.hypot(turn.x, turn.y) > 0.45);
    return { moveX: Math.round(x * STICK_MAX), moveY: Math.round(y * STICK_MAX), aim: this.aim, fire };
  }

  stop(): void {
    this.#stop.abort();
    this.sticks.remove();
  }

  #keys(): Point {
    let x = 0;
    let y = 0;
    for (const code of this.#held) {
      const [right, down] = KEYS[code] ?? [0, 0];
      x += right;
      y += down;
    }
    const length = Math.max(1, Math.hypot(x, y));
    return { x: x / length, y: y / length };
  }

  #key(event: KeyboardEvent, down: boolean): void {
    if (event.target instanceof HTMLInputElement) return;
    if (KEYS[event.code] === undefined && event.code !== "Space") return;
    event.preventDefault();
    if (down) this.#held.add(event.code);
    else this.#held.delete(event.code);
  }

  #point({ pointerType, clientX, clientY }: PointerEvent): void {
    if (pointerType !== "touch") this.#pointer = { x: clientX, y: clientY };
  }

  #press(event: PointerEvent): void {
    if (event.pointerType === "touch") return;
    this.#point(event);
    this.#firing = event.button === 0;
  }

  #release(): void {
    this.#held.clear();
    this.#firing = false;
  }
}
