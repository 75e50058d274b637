/** Two sticks that appear where the thumbs come down: left half of the screen moves, right half aims and fires. */
import type { Point } from "../arena.sim.ts";
import { element } from "../../page/dom.ts";

/** Thumb travel for full deflection, CSS px. */
const REACH = 52;
/** Deflection below this is rest. */
const DEAD = 0.12;

interface Stick {
  readonly base: HTMLElement;
  readonly knob: HTMLElement;
  pointerId: number | undefined;
  middle: Point;
  value: Point | undefined;
}

export class TouchSticks {
  readonly #left = newStick("left");
  readonly #right = newStick("right");

  constructor(surface: HTMLElement, signal: AbortSignal) {
    surface.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    addEventListener("pointermove", (event) => this.#move(event), { signal });
    for (const end of ["pointerup", "pointercancel"] as const)
      addEventListener(end, (event) => this.#up(event), { signal });
    for (const { base } of [this.#left, this.#right]) surface.parentElement!.append(base);
  }

  /** Length 0 to 1; undefined while no thumb is down. */
  get move(): Point | undefined {
    return this.#left.value;
  }

  get turn(): Point | undefined {
    return this.#right.value;
  }

  remove(): void {
    this.#left.base.remove();
    this.#right.base.remove();
  }

  #down(event: PointerEvent): void {
    if (event.pointerType !== "touch") return;
    event.preventDefault();
    const stick = event.clientX < innerWidth / 2 ? this.#left : this.#right;
    if (stick.pointerId !== undefined) return;
    stick.pointerId = event.pointerId;
    stick.middle = { x: event.clientX, y: event.clientY };
    stick.base.style.translate = `${event.clientX}px ${event.clientY}px`;
    stick.base.dataset.held = "yes";
    this.#move(event);
  }

  #move({ pointerId, clientX, clientY }: PointerEvent): void {
    const stick = this.#of(pointerId);
    if (stick === undefined) return;
    const x = (clientX - stick.middle.x) / REACH;
    const y = (clientY - stick.middle.y) / REACH;
    const length = Math.hypot(x, y);
    const scale = length > 1 ? 1 / length : 1;
    stick.knob.style.translate = `${x * scale * REACH}px ${y * scale * REACH}px`;
    stick.value = length < DEAD ? undefined : { x: x * scale, y: y * scale };
  }

  #up({ pointerId }: PointerEvent): void {
    const stick = this.#of(pointerId);
    if (stick === undefined) return;
    stick.pointerId = undefined;
    stick.value = undefined;
    stick.knob.style.translate = "0 0";
    stick.base.style.removeProperty("translate");
    delete stick.base.dataset.held;
  }

  #of(pointerId: number): Stick | undefined {
    return [this.#left, this.#right].find((stick) => stick.pointerId === pointerId);
  }
}

function newStick(side: string): Stick {
  const knob = element("i", "stick-knob");
  return {
    base: element("div", `stick stick-${side}`, knob),
    knob,
    pointerId: undefined,
    middle: { x: 0, y: 0 },
    value: undefined,
  };
}
