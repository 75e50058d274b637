/** A shot: a bright head with a tail in its owner's colour. */
import { glow } from "./glow.ts";
import type { ShotView } from "./shots.ts";

const TAIL_PX = 26;
/** The gun's flash lasts until the shot is this far. */
const FLASH_PX = 60;
const FLASH_HUE = 45;

export function drawShot(context: CanvasRenderingContext2D, { x, y, hue, start }: ShotView): void {
  const travelled = Math.hypot(x - start.x, y - start.y);
  const speed = Math.hypot(start.vx, start.vy) || 1;
  const grown = Math.min(TAIL_PX, travelled);
  const tailX = x - (start.vx / speed) * grown;
  const tailY = y - (start.vy / speed) * grown;
  if (travelled < FLASH_PX) glow(context, start.x, start.y, 30, FLASH_HUE, 1 - travelled / FLASH_PX);
  glow(context, x, y, 18, hue, 0.9);
  context.lineCap = "round";
  context.strokeStyle = `hsl(${hue} 95% 62%)`;
  context.lineWidth = 5;
  line(context, tailX, tailY, x, y);
  context.strokeStyle = "#ffffff";
  context.lineWidth = 2.4;
  line(context, (tailX + x) / 2, (tailY + y) / 2, x, y);
}

function line(context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
