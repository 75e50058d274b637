/** The arena's ground: floor, grid, walls with a little height, health packs. Drawn in world px. */
import { type Rect, WALLS, WORLD } from "../arena.map.ts";
import type { Pack } from "../arena.type.ts";
import { glow } from "./glow.ts";

const CELL = 80;
/** How high walls look, px. */
const WALL_LIFT = 12;
const RIM = 2;

export function drawGround(context: CanvasRenderingContext2D): void {
  context.fillStyle = floorLight(context);
  context.fillRect(0, 0, WORLD.w, WORLD.h);
  drawGrid(context);
  context.strokeStyle = "#4a5d96";
  context.lineWidth = 4;
  context.strokeRect(-2, -2, WORLD.w + 4, WORLD.h + 4);
  context.strokeStyle = "rgb(120 150 255 / 12%)";
  context.lineWidth = 18;
  context.strokeRect(-12, -12, WORLD.w + 24, WORLD.h + 24);
}

/** Lighter in the middle, as if a lamp hung there. */
function floorLight(context: CanvasRenderingContext2D): CanvasGradient {
  const light = context.createRadialGradient(WORLD.w / 2, WORLD.h / 2, 100, WORLD.w / 2, WORLD.h / 2, WORLD.w * 0.62);
  light.addColorStop(0, "#1c2a4a");
  light.addColorStop(1, "#10172c");
  return light;
}

function drawGrid(context: CanvasRenderingContext2D): void {
  context.fillStyle = "rgb(140 165 255 / 2.6%)";
  for (let row = 0; row * CELL < WORLD.h; row++) {
    for (let column = row % 2; column * CELL < WORLD.w; column += 2) {
      context.fillRect(
        column * CELL,
        row * CELL,
        Math.min(CELL, WORLD.w - column * CELL),
        Math.min(CELL, WORLD.h - row * CELL),
      );
    }
  }
  context.strokeStyle = "rgb(140 165 255 / 7%)";
  context.lineWidth = 1;
  context.beginPath();
  for (let x = CELL; x < WORLD.w; x += CELL) {
    context.moveTo(x, 0);
    context.lineTo(x, WORLD.h);
  }
  for (let y = CELL; y < WORLD.h; y += CELL) {
    context.moveTo(0, y);
    context.lineTo(WORLD.w, y);
  }
  context.stroke();
}

/** Layer by layer, so that walls that meet look like one. */
export function drawWalls(context: CanvasRenderingContext2D): void {
  for (const wall of WALLS) drawShadow(context, wall);
  context.fillStyle = "#4d3a35";
  for (const { x, y, w, h } of WALLS) context.fillRect(x, y, w, h);
  context.fillStyle = "#e8bf9a";
  for (const { x, y, w, h } of WALLS) context.fillRect(x, y - WALL_LIFT, w, h);
  context.fillStyle = "#86675a";
  for (const { x, y, w, h } of WALLS) context.fillRect(x, y - WALL_LIFT + RIM, w, h - RIM);
}

function drawShadow(context: CanvasRenderingContext2D, { x, y, w, h }: Rect): void {
  context.fillStyle = "rgb(0 0 0 / 32%)";
  context.beginPath();
  context.roundRect(x + 6, y + 10, w + 8, h + 8, 6);
  context.fill();
}

export function drawPacks(context: CanvasRenderingContext2D, packs: Iterable<Pack>, nowMs: number): void {
  for (const { x, y, ready } of packs) {
    context.globalAlpha = ready ? 1 : 0.28;
    if (ready) glow(context, x, y, 46 + Math.sin(nowMs / 280) * 5, 150, 0.5);
    context.strokeStyle = "#4be3a4";
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 17, 0, Math.PI * 2);
    context.stroke();
    if (ready) {
      context.fillStyle = "#4be3a4";
      context.fillRect(x - 3, y - 9, 6, 18);
      context.fillRect(x - 9, y - 3, 18, 6);
    }
    context.globalAlpha = 1;
  }
}
