/** The canvas and what is painted on it in a frame, back to front. Sharp on any display; the size follows the window. */
import type { ArenaState } from "../arena.type.ts";
import { Camera } from "./camera.ts";
import { element } from "./dom.ts";
import { drawGround, drawPacks, drawWalls } from "./draw-ground.ts";
import { drawMap } from "./draw-map.ts";
import { drawShip } from "./draw-ships.ts";
import { drawShot } from "./draw-shots.ts";
import type { Particles } from "./particles.ts";
import type { Ships } from "./ships.ts";
import type { Shots } from "./shots.ts";

/** More device px than this per CSS px cost time and are not seen. */
const PIXEL_RATIO_MAX = 2;
const SKY = "#090d1a";

export interface Scene {
  readonly state: ArenaState;
  readonly ships: Ships;
  readonly shots: Shots;
  readonly particles: Particles;
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

  /** The empty arena, behind the landing. */
  drawEmpty(): void {
    this.#begin();
    drawGround(this.#context);
    drawWalls(this.#context);
  }

  draw({ state, ships, shots, particles }: Scene, nowMs: number): void {
    const context = this.#context;
    this.#begin();
    drawGround(context);
    drawPacks(context, state.packs, nowMs);
    for (const shot of shots.all()) if (shot.visible) drawShot(context, shot);
    for (const view of ships.all()) if (view.alive) drawShip(context, view, state.rules.maxHp, nowMs);
    drawWalls(context);
    particles.draw(context);
    this.#drawOverlay(ships, state);
  }

  #begin(): void {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = SKY;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.camera.apply(context, this.#pixelRatio);
  }

  #drawOverlay(ships: Ships, state: ArenaState): void {
    const context = this.#context;
    context.setTransform(this.#pixelRatio, 0, 0, this.#pixelRatio, 0, 0);
    const small = this.#width < 700;
    const width = small ? 96 : 176;
    const left = this.#width - width - 22;
    const top = small ? 64 : this.#height - width * 0.625 - 22;
    drawMap(context, left, top, width, ships.all(), state.packs);
  }
}
