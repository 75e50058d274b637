/**
 * A small fight behind the landing, so that a visitor sees what the game is before the name is typed. It runs in this page alone
 * with the game's own step function; nobody's match is touched.
 */
import { PACK_SPOTS, SPAWNS } from "../arena.map.ts";
import { type Point, shotAt, shotFrom, type SimRules, stepShip, wayBlocked, shotHits } from "../arena.sim.ts";
import { Arena, Pack, Ship } from "../arena.type.ts";
import { Particles } from "./particles.ts";
import type { Scene } from "./screen.ts";
import { newShipView, type ShipView } from "./ships.ts";
import { newShotView, type ShotView } from "./shots.ts";

const HUES = [18, 75, 165, 205, 285, 330];
const RULES = Arena.tuning.parse({}) as SimRules & { readonly maxHp: number; readonly damage: number };
const DT = 1 / Arena.tickHz;
const SIGHT_PX = 460;
/** Aim is off by this much, radians each way: it takes a few shots. */
const SHAKE = 0.16;

export class Attract implements Scene {
  readonly ships = HUES.map((hue, index) => fighter(hue, SPAWNS[index % SPAWNS.length]!));
  readonly packs = PACK_SPOTS.map((spot) => new Pack().assign({ ...spot, ready: true }));
  readonly particles = new Particles();
  readonly maxHp = RULES.maxHp;
  shots: ShotView[] = [];
  readonly #goals = new Map<ShipView, Point>();
  #nowMs = 0;
  #dueSeconds = 0;

  update(dtSeconds: number): void {
    this.#dueSeconds = Math.min(0.2, this.#dueSeconds + dtSeconds);
    while (this.#dueSeconds >= DT) {
      this.#dueSeconds -= DT;
      this.#nowMs += DT * 1000;
      for (const view of this.ships) this.#steer(view);
      this.shots = this.shots.filter((shot) => this.#fly(shot));
    }
    for (const view of this.ships) {
      const { ship } = view;
      view.x = ship.x + ship.vx * this.#dueSeconds;
      view.y = ship.y + ship.vy * this.#dueSeconds;
      view.aim = ship.aim;
      view.hpShown = ship.hp;
      view.arrived = Math.min(1, view.arrived + dtSeconds * 2);
      view.flash = Math.max(0, view.flash - dtSeconds * 5);
    }
    for (const shot of this.shots)
      Object.assign(shot, shotAt(shot.start, this.#nowMs + this.#dueSeconds * 1000 - shot.beganMs));
    this.particles.update(dtSeconds);
  }

  #steer(view: ShipView): void {
    const { ship } = view;
    const foe = this.ships.find(
      (other) => other !== view && distance(other.ship, ship) < SIGHT_PX && !wayBlocked(ship, other.ship),
    );
    const goal = this.#goalOf(view);
    const heading = openHeading(ship, Math.atan2(goal.y - ship.y, goal.x - ship.x));
    const aim =
      foe === undefined
        ? heading
        : Math.atan2(foe.ship.y - ship.y, foe.ship.x - ship.x) + (Math.random() - 0.5) * 2 * SHAKE;
    const control = { moveX: Math.cos(heading) * 100, moveY: Math.sin(heading) * 100, aim, fire: foe !== undefined };
    if (stepShip(ship, control, DT, RULES))
      this.shots.push(newShotView(shotFrom(ship, RULES), ship.hue, false, this.#nowMs));
  }

  #goalOf(view: ShipView): Point {
    const goal = this.#goals.get(view);
    if (goal !== undefined && distance(goal, view.ship) > 60 && Math.random() > 0.004) return goal;
    const next = [...SPAWNS, ...PACK_SPOTS][Math.floor(Math.random() * (SPAWNS.length + PACK_SPOTS.length))]!;
    this.#goals.set(view, next);
    return next;
  }

  /** False when the shot is over. */
  #fly(shot: ShotView): boolean {
    shot.visible = true;
    const ageMs = this.#nowMs - shot.beganMs;
    const from = shotAt(shot.start, Math.max(0, ageMs - DT * 1000));
    const to = shotAt(shot.start, ageMs);
    const struck = this.ships.find(({ ship }) => ship.hue !== shot.hue && shotHits(from, to, ship));
    if (struck !== undefined) this.#hit(struck, to);
    else if (wayBlocked(from, to)) this.particles.sparks(from, shot.hue, 6, 190);
    else return ageMs < RULES.shotLifeMs;
    return false;
  }

  #hit(view: ShipView, at: Point): void {
    const { ship } = view;
    ship.hp = Math.max(0, ship.hp - RULES.damage);
    view.flash = 1;
    this.particles.sparks(at, ship.hue, 10, 240);
    if (ship.hp > 0) return;
    this.particles.sparks(ship, ship.hue, 46, 420);
    this.particles.ring(ship, ship.hue, 95, 0.55);
    const start = SPAWNS[Math.floor(Math.random() * SPAWNS.length)]!;
    ship.assign({ ...start, vx: 0, vy: 0, hp: RULES.maxHp });
    view.arrived = 0;
  }
}

function fighter(hue: number, start: Point): ShipView {
  return newShipView("", new Ship().assign({ ...start, hue, hp: RULES.maxHp, alive: true }), false);
}

/** The wished heading, or the nearest one with some room ahead. */
function openHeading(from: Point, wished: number): number {
  for (const turn of [0, 0.6, -0.6, 1.2, -1.2, 1.9, -1.9]) {
    const ahead = { x: from.x + Math.cos(wished + turn) * 70, y: from.y + Math.sin(wished + turn) * 70 };
    if (!wayBlocked(from, ahead)) return wished + turn;
  }
  return wished;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
