/** The canvas and what is painted on it in a frame, back to front. Sharp on any display; the size follows the window. */
import type { Pack } from "../arena.type.ts";
import { Camera } from "./camera.ts";
import { element } from "../../page/dom.ts";
import { drawGround, drawPacks, drawWalls } from "./draw-ground.ts";
import { drawMap } from "./draw-map.ts";
import { drawLabel, drawShip } from "./draw-ships.ts";
import { drawShot } from "./draw-shots.ts";
import type { Particles } from "./particles.ts";
import type { ShipView } from "./ships.ts";
import type { ShotView } from "./shots.ts";

/** More device px than this per CSS px cost time and are not seen. */
const PIXEL_RATIO_MAX = 2;
const SKY = "#090d1a";

export interface Scene {
  readonly ships: Iterable<ShipView>;
  readonly shots: Iterable<ShotView>;
  readonly packs: Iterable<Pack>;
  readonly particles: Particles;
  readonly maxHp: number;
}

export class Screen {
  readonly canvas = element("canvas", "screen");
  readonly camera = new Camera();
  readonly #context = this.canvas.getContext("2d", { alpha: false })!;
  #pixelRatio = 1;
  #width = 0;
  #height = 0;

  /** Follows the window; call it once a frame, it does nothing while nothing changed. */
  fit(): void {
    const pixelRatio = Math.min(PIXEL_RATIO_MAX, devicePixelRatio);
    if (innerWidth === this.#width && innerHeight === this.#height && pixelRatio === this.#pixelRatio) return;
    this.#width = innerWidth;
    this.#height = innerHeight;
    this.#pixelRatio = pixelRatio;
    this.canvas.width = Math.round(innerWidth * pixelRatio);
    this.canvas.height = Math.round(innerHeight * pixelRatio);
    this.camera.resize(innerWidth, innerHeight);
  }

  draw({ ships, shots, packs, particles, maxHp }: Scene, nowMs: number): void {
    const context = this.#context;
    this.#begin();
    drawGround(context);
    drawPacks(context, packs, nowMs);
    for (const shot of shots) if (shot.visible) drawShot(context, shot);
    for (const view of ships) if (view.alive) drawShip(context, view, nowMs);
    drawWalls(context);
    for (const view of ships) if (view.alive) drawLabel(context, view, maxHp);
    particles.draw(context);
  }

  /** The small map, over everything else. */
  drawMap({ ships, packs }: Scene): void {
    const context = this.#context;
    context.setTransform(this.#pixelRatio, 0, 0, this.#pixelRatio, 0, 0);
    const small = this.#width < 700;
    const width = small ? 96 : 176;
    const left = this.#width - width - 22;
    const top = small ? 64 : this.#height - width * 0.625 - 22;
    drawMap(context, left, top, width, ships, packs);
  }

  #begin(): void {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = SKY;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.camera.apply(context, this.#pixelRatio);
  }
}
