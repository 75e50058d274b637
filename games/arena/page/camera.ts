/** What of the world is on the screen: follows a point, looks a little ahead of the aim, shakes when hit. */
import { WORLD } from "../arena.map.ts";
import type { Point } from "../arena.sim.ts";

/** World px seen at scale 1 of a screen of this area; a phone sees the same ground, smaller. */
const VIEW_AREA = 1_080 * 675;
/** How far beyond the world's edge the screen may show, px. */
const MARGIN = 70;
/** The same on a small screen, as a part of it: there, thumbs and buttons cover the edges. */
const SMALL_MARGIN = 0.28;
const SMALL_PX = 700;
const FOLLOW_PER_SECOND = 9;

export class Camera {
  x = WORLD.w / 2;
  y = WORLD.h / 2;
  scale = 1;
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #width = 1;
  #height = 1;
  #shake = 0;
  #shakeX = 0;
  #shakeY = 0;

  /** CSS px of the screen. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.scale = Math.min(1.7, Math.max(0.55, Math.sqrt((width * height) / VIEW_AREA)));
  }

  /** `px`: how far the picture jumps. */
  shake(px: number): void {
    if (!this.#calm.matches) this.#shake = Math.max(this.#shake, px);
  }

  /** Jumps there: a respawn is no flight. */
  cutTo({ x, y }: Point): void {
    this.x = this.#inside(x, WORLD.w, this.#width);
    this.y = this.#inside(y, WORLD.h, this.#height);
  }

  follow({ x, y }: Point, aim: number, dtSeconds: number): void {
    const ahead = 46;
    const part = 1 - Math.exp(-dtSeconds * FOLLOW_PER_SECOND);
    this.x += (this.#inside(x + Math.cos(aim) * ahead, WORLD.w, this.#width) - this.x) * part;
    this.y += (this.#inside(y + Math.sin(aim) * ahead, WORLD.h, this.#height) - this.y) * part;
    this.#shake *= Math.exp(-dtSeconds * 9);
    this.#shakeX = (Math.random() - 0.5) * 2 * this.#shake;
    this.#shakeY = (Math.random() - 0.5) * 2 * this.#shake;
  }

  /** Puts the world under the pen; `pixelRatio` is device px per CSS px. */
  apply(context: CanvasRenderingContext2D, pixelRatio: number): void {
    const scale = this.scale * pixelRatio;
    const offsetX = this.#width / 2 - this.x * this.scale + this.#shakeX;
    const offsetY = this.#height / 2 - this.y * this.scale + this.#shakeY;
    context.setTransform(scale, 0, 0, scale, offsetX * pixelRatio, offsetY * pixelRatio);
  }

  toScreen({ x, y }: Point): Point {
    return { x: this.#width / 2 + (x - this.x) * this.scale, y: this.#height / 2 + (y - this.y) * this.scale };
  }

  /** Keeps the screen on the world; a world smaller than the screen stays in the middle. */
  #inside(middle: number, worldSize: number, screenSize: number): number {
    const half = screenSize / this.scale / 2;
    const isSmall = Math.min(this.#width, this.#height) < SMALL_PX;
    const margin = isSmall ? Math.max(MARGIN, half * 2 * SMALL_MARGIN) : MARGIN;
    const low = half - margin;
    const high = worldSize - half + margin;
    return low > high ? worldSize / 2 : Math.min(high, Math.max(low, middle));
  }
}
