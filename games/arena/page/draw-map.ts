/** The small map in the corner: walls, packs that are there, everyone alive. Drawn in CSS px. */
import { WALLS, WORLD } from "../arena.map.ts";
import type { Pack } from "../arena.type.ts";
import type { ShipView } from "./ships.ts";

export function drawMap(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  ships: Iterable<ShipView>,
  packs: Iterable<Pack>,
): void {
  const scale = width / WORLD.w;
  context.save();
  context.translate(left, top);
  context.fillStyle = "rgb(8 12 26 / 72%)";
  context.strokeStyle = "rgb(150 175 255 / 30%)";
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(-6, -6, width + 12, WORLD.h * scale + 12, 8);
  context.fill();
  context.stroke();
  context.fillStyle = "#86675a";
  for (const { x, y, w, h } of WALLS) context.fillRect(x * scale, y * scale, w * scale, h * scale);
  context.fillStyle = "#4be3a4";
  for (const { x, y, ready } of packs) if (ready) context.fillRect(x * scale - 1.5, y * scale - 1.5, 3, 3);
  for (const { x, y, alive, isSelf, ship } of ships) {
    if (!alive) continue;
    context.fillStyle = isSelf ? "#ffffff" : `hsl(${ship.hue} 90% 62%)`;
    context.beginPath();
    context.arc(x * scale, y * scale, isSelf ? 3.6 : 2.8, 0, Math.PI * 2);
    context.fill();
  }
  context.restore();
}
