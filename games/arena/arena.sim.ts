/**
 * What both sides simulate: how an input moves a ship, where a shot is, what it can hit. Pure; the server runs it for everyone,
 * a page for its own ship, a bot to aim.
 */
import { type Rect, WALLS, WORLD } from "./arena.map.ts";

/** Radius of a ship, px. */
export const SHIP_R = 18;
/** A shot counts as this wide, px. */
export const SHOT_R = 4;
/** Distance from a ship's middle at which a shot begins, px. */
const MUZZLE = 24;

export interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
  aim: number;
  cooldown: number;
  alive: boolean;
}

export interface Control {
  readonly moveX: number;
  readonly moveY: number;
  readonly aim: number;
  readonly fire: boolean;
}

export interface SimRules {
  readonly accel: number;
  readonly drag: number;
  readonly shotSpeed: number;
  readonly shotLifeMs: number;
  readonly cooldownMs: number;
}

/** Fields of a ship that {@link stepShip} reads or writes. */
export const STEP_FIELDS = ["x", "y", "vx", "vy", "aim", "cooldown", "alive"] as const;

/** Applies one input over `dt` seconds. True when the ship fires in this step. */
export function stepShip(ship: Body, input: Control, dt: number, rules: SimRules): boolean {
  ship.cooldown = Math.max(0, ship.cooldown - dt);
  ship.aim = input.aim;
  if (!ship.alive) return false;
  const length = Math.hypot(input.moveX, input.moveY);
  const scale = length > 127 ? 1 / length : 1 / 127;
  ship.vx += (input.moveX * scale * rules.accel - ship.vx * rules.drag) * dt;
  ship.vy += (input.moveY * scale * rules.accel - ship.vy * rules.drag) * dt;
  ship.x += ship.vx * dt;
  ship.y += ship.vy * dt;
  keepOutOfWalls(ship);
  if (!input.fire || ship.cooldown > 0) return false;
  ship.cooldown = rules.cooldownMs / 1000;
  return true;
}

export interface ShotStart {
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
}

/** The shot a ship fires where it stands. */
export function shotFrom(ship: Pick<Body, "x" | "y" | "aim">, rules: SimRules): ShotStart {
  const dx = Math.cos(ship.aim);
  const dy = Math.sin(ship.aim);
  return { x: ship.x + dx * MUZZLE, y: ship.y + dy * MUZZLE, vx: dx * rules.shotSpeed, vy: dy * rules.shotSpeed };
}

/** Where a shot is `ageMs` after it began. */
export function shotAt(shot: ShotStart, ageMs: number): { x: number; y: number } {
  return { x: shot.x + (shot.vx * ageMs) / 1000, y: shot.y + (shot.vy * ageMs) / 1000 };
}

interface Tally {
  readonly score: number;
  readonly deaths: number;
}

/** Best first: most kills; among equals, fewest deaths. */
export function ranking<S extends Tally>(ships: Iterable<[string, S]>): [string, S][] {
  return [...ships].sort(([, a], [, b]) => b.score - a.score || a.deaths - b.deaths);
}

/** A shot that flies this way hits a ship there: it touches it, and no wall stands before. */
export function shotHits(from: Point, to: Point, ship: Point): boolean {
  return wayHitsCircle(from, to, ship, SHIP_R + SHOT_R) && !wayBlocked(from, nearestOnWay(from, to, ship));
}

/** Some point of the way from `from` to `to` lies in the circle. */
export function wayHitsCircle(from: Point, to: Point, middle: Point, radius: number): boolean {
  const nearest = nearestOnWay(from, to, middle);
  return Math.hypot(nearest.x - middle.x, nearest.y - middle.y) <= radius;
}

function nearestOnWay(from: Point, to: Point, point: Point): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const at = Math.min(1, Math.max(0, along));
  return { x: from.x + dx * at, y: from.y + dy * at };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The way crosses a wall or leaves the world. */
export function wayBlocked(from: Point, to: Point): boolean {
  if (to.x < 0 || to.y < 0 || to.x > WORLD.w || to.y > WORLD.h) return true;
  return WALLS.some((wall) => wayCrossesRect(from, to, wall));
}

/** Clips the way against the rectangle's two slabs; something is left when they overlap. */
function wayCrossesRect(from: Point, to: Point, rect: Rect): boolean {
  let enter = 0;
  let leave = 1;
  for (const [start, end, low, high] of [
    [from.x, to.x, rect.x, rect.x + rect.w],
    [from.y, to.y, rect.y, rect.y + rect.h],
  ] as const) {
    const delta = end - start;
    if (delta === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const first = (low - start) / delta;
    const second = (high - start) / delta;
    enter = Math.max(enter, Math.min(first, second));
    leave = Math.min(leave, Math.max(first, second));
  }
  return enter <= leave;
}

function keepOutOfWalls(ship: Body): void {
  ship.x = Math.min(WORLD.w - SHIP_R, Math.max(SHIP_R, ship.x));
  ship.y = Math.min(WORLD.h - SHIP_R, Math.max(SHIP_R, ship.y));
  for (const wall of WALLS) pushOut(ship, wall);
}

/** Moves a ship that touches a wall out along the shortest way and takes away its speed towards it. */
function pushOut(ship: Body, wall: Rect): void {
  const nearX = Math.min(wall.x + wall.w, Math.max(wall.x, ship.x));
  const nearY = Math.min(wall.y + wall.h, Math.max(wall.y, ship.y));
  const dx = ship.x - nearX;
  const dy = ship.y - nearY;
  const distance = Math.hypot(dx, dy);
  if (distance >= SHIP_R) return;
  if (distance === 0) {
    ship.y = wall.y - SHIP_R;
    return;
  }
  const nx = dx / distance;
  const ny = dy / distance;
  ship.x = nearX + nx * SHIP_R;
  ship.y = nearY + ny * SHIP_R;
  const into = ship.vx * nx + ship.vy * ny;
  if (into < 0) {
    ship.vx -= into * nx;
    ship.vy -= into * ny;
  }
}

/** The colour least like the others', degrees, of those from `first` on: a shot says whose it is. */
export function freeHue(ships: Iterable<{ readonly hue: number }>, first: number): number {
  const used = Array.from(ships, ({ hue }) => hue);
  const apart = (hue: number) => Math.min(...used.map((other) => 180 - Math.abs(Math.abs(hue - other) - 180)));
  const hues = Array.from({ length: 24 }, (_, index) => (first + index * 15) % 360);
  return hues.reduce((best, next) => (apart(next) > apart(best) ? next : best));
}
