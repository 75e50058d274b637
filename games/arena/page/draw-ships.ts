/** A ship: a dart in its colour, its flame, its health and its name. */
import { SHIP_R } from "../arena.sim.ts";
import { glow } from "./glow.ts";
import type { ShipView } from "./ships.ts";

const BAR_W = 42;
const FONT = "600 12px system-ui, sans-serif";

export function drawShip(context: CanvasRenderingContext2D, view: ShipView, nowMs: number): void {
  const { ship, x, y } = view;
  context.save();
  context.globalAlpha = ship.away ? 0.45 : 1;
  glow(context, x, y, 54, ship.hue, view.isSelf ? 0.6 : 0.42);
  context.translate(x, y);
  drawFlame(context, view, nowMs);
  context.rotate(view.aim);
  drawHull(context, view);
  context.restore();
  if (view.arrived < 1) drawArrival(context, view);
}

function drawHull(context: CanvasRenderingContext2D, { ship, flash, isSelf }: ShipView): void {
  context.beginPath();
  context.moveTo(SHIP_R + 3, 0);
  context.lineTo(-SHIP_R + 1, SHIP_R - 3);
  context.lineTo(-SHIP_R + 8, 0);
  context.lineTo(-SHIP_R + 1, -SHIP_R + 3);
  context.closePath();
  context.fillStyle = flash > 0.02 ? `hsl(${ship.hue} 90% ${58 + flash * 40}%)` : `hsl(${ship.hue} 82% 58%)`;
  context.fill();
  context.lineJoin = "round";
  context.lineWidth = isSelf ? 3 : 2;
  context.strokeStyle = isSelf ? "#ffffff" : `hsl(${ship.hue} 95% 80%)`;
  context.stroke();
  context.fillStyle = `hsl(${ship.hue} 60% 22%)`;
  context.beginPath();
  context.arc(1, 0, 5, 0, Math.PI * 2);
  context.fill();
}

/** The faster, the longer; it points away from where the ship flies. */
function drawFlame(context: CanvasRenderingContext2D, { ship }: ShipView, nowMs: number): void {
  const speed = Math.hypot(ship.vx, ship.vy);
  if (speed < 30) return;
  const length = Math.min(30, speed / 9) * (0.8 + 0.2 * Math.sin(nowMs / 28));
  const away = Math.atan2(-ship.vy, -ship.vx);
  context.save();
  context.rotate(away);
  context.globalCompositeOperation = "lighter";
  context.fillStyle = "rgb(255 190 90 / 75%)";
  context.beginPath();
  context.moveTo(8, -6);
  context.lineTo(14 + length, 0);
  context.lineTo(8, 6);
  context.fill();
  context.restore();
}

/** Name and health: over walls, too. */
export function drawLabel(context: CanvasRenderingContext2D, view: ShipView, maxHp: number): void {
  const { ship, x } = view;
  const y = view.y - SHIP_R - 16;
  const part = Math.min(1, Math.max(0, view.hpShown / maxHp));
  context.fillStyle = "rgb(6 9 20 / 70%)";
  context.fillRect(x - BAR_W / 2 - 1, y - 1, BAR_W + 2, 7);
  context.fillStyle = part > 0.5 ? "#4be3a4" : part > 0.25 ? "#ffc247" : "#ff5a5f";
  context.fillRect(x - BAR_W / 2, y, BAR_W * part, 5);
  context.font = FONT;
  context.textAlign = "center";
  context.lineWidth = 3;
  context.strokeStyle = "rgb(6 9 20 / 75%)";
  const name = ship.away ? `${ship.name} (away)` : ship.name;
  context.strokeText(name, x, y - 6);
  context.fillStyle = view.isSelf ? "#ffffff" : `hsl(${ship.hue} 75% 82%)`;
  context.fillText(name, x, y - 6);
}

function drawArrival(context: CanvasRenderingContext2D, { ship, x, y, arrived }: ShipView): void {
  context.strokeStyle = `hsl(${ship.hue} 95% 75% / ${1 - arrived})`;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, SHIP_R + 40 * (1 - arrived), 0, Math.PI * 2);
  context.stroke();
}
