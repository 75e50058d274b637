/** A small graph of the last readings, scaled to its own largest. */
import { element } from "../../page/dom.ts";

const READINGS = 60;
const WIDTH = 84;
const HEIGHT = 20;

export class Sparkline {
  readonly canvas = element("canvas", "spark");
  readonly #context = this.canvas.getContext("2d")!;
  readonly #readings: number[] = [];
  readonly #floor: number;

  /** `floor`: the smallest value that fills the height, so that noise around zero looks like nothing. */
  constructor(floor: number) {
    this.#floor = floor;
    this.canvas.width = WIDTH * 2;
    this.canvas.height = HEIGHT * 2;
  }

  add(reading: number): void {
    this.#readings.push(reading);
    if (this.#readings.length > READINGS) this.#readings.shift();
    const context = this.#context;
    const top = Math.max(this.#floor, ...this.#readings);
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.strokeStyle = "#8fb0ff";
    context.lineWidth = 1.2;
    context.beginPath();
    const first = READINGS - this.#readings.length;
    for (const [index, value] of this.#readings.entries()) {
      context.lineTo(((first + index) / (READINGS - 1)) * WIDTH, HEIGHT - 1.5 - (value / top) * (HEIGHT - 3));
    }
    context.stroke();
  }
}
