/** What both sides simulate: speed, walls, and the ways of shots. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SPAWNS, WALLS, WORLD } from "./arena.map.ts";
import { type Body, SHIP_R, shotAt, shotFrom, shotHits, stepShip, wayBlocked, wayHitsCircle } from "./arena.sim.ts";
import { Arena } from "./arena.type.ts";

const RULES = Arena.tuning.parse({});
const DT = 1 / Arena.tickHz;
const TOP_SPEED = RULES.accel / RULES.drag;
const STILL = { moveX: 0, moveY: 0, aim: 0, fire: false };

function ship(at: { x: number; y: number }, more: Partial<Body> = {}): Body {
  return { x: at.x, y: at.y, vx: 0, vy: 0, aim: 0, cooldown: 0, alive: true, ...more };
}

/** How deep a ship stands in the nearest wall or beyond the world's edge, px. */
function depth({ x, y }: Body): number {
  const outside = Math.max(SHIP_R - x, SHIP_R - y, x - (WORLD.w - SHIP_R), y - (WORLD.h - SHIP_R));
  const inWalls = WALLS.map((wall) => {
    const nearX = Math.min(wall.x + wall.w, Math.max(wall.x, x));
    const nearY = Math.min(wall.y + wall.h, Math.max(wall.y, y));
    return SHIP_R - Math.hypot(x - nearX, y - nearY);
  });
  return Math.max(outside, ...inWalls);
}

describe("a ship's step", () => {
  it("speeds up to accel / drag and no further, in any direction, however hard the stick is pushed", () => {
    fc.assert(
      fc.property(fc.integer({ min: -127, max: 127 }), fc.integer({ min: -127, max: 127 }), (moveX, moveY) => {
        const flying = ship({ x: 800, y: 100 });
        for (let step = 0; step < 60; step++) {
          stepShip(flying, { ...STILL, moveX, moveY }, DT, RULES);
          assert.ok(Math.hypot(flying.vx, flying.vy) <= TOP_SPEED + 1e-6);
        }
      }),
    );
    const straight = ship({ x: 200, y: 900 });
    for (let step = 0; step < 90; step++) stepShip(straight, { ...STILL, moveX: 127 }, DT, RULES);
    assert.ok(Math.abs(straight.vx - TOP_SPEED) < 1);
  });

  it("never stands in a wall or outside the world, wherever it is steered", () => {
    const stick = fc.record({
      moveX: fc.integer({ min: -127, max: 127 }),
      moveY: fc.integer({ min: -127, max: 127 }),
      steps: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...SPAWNS), fc.array(stick, { minLength: 1, maxLength: 25 }), (start, sticks) => {
        const flying = ship(start);
        for (const { moveX, moveY, steps } of sticks) {
          for (let step = 0; step < steps; step++) {
            stepShip(flying, { ...STILL, moveX, moveY }, DT, RULES);
            assert.ok(depth(flying) < 1e-6, `${depth(flying)} px deep at ${flying.x}, ${flying.y}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("slides along a wall it flies into at an angle", () => {
    const [wall] = WALLS;
    const flying = ship({ x: wall!.x + 10, y: wall!.y - SHIP_R - 5 });
    for (let step = 0; step < 15; step++) stepShip(flying, { ...STILL, moveX: 127, moveY: 127 }, DT, RULES);
    assert.ok(Math.abs(flying.y - (wall!.y - SHIP_R)) < 1e-6);
    assert.ok(flying.x > wall!.x + 30 && Math.abs(flying.vy) < 40);
  });

  it("fires once per cooldown, and not when dead; a dead ship does not move", () => {
    const shooter = ship(SPAWNS[0]!);
    let shots = 0;
    for (let step = 0; step < 3 * Arena.tickHz; step++)
      if (stepShip(shooter, { ...STILL, fire: true }, DT, RULES)) shots++;
    const most = Math.ceil(3_000 / RULES.cooldownMs);
    assert.ok(shots <= most && shots >= most - 2, `${shots} shots in 3 s`);
    const dead = ship(SPAWNS[0]!, { alive: false });
    assert.equal(stepShip(dead, { moveX: 127, moveY: 127, aim: 1, fire: true }, DT, RULES), false);
    assert.deepEqual([dead.x, dead.y], [SPAWNS[0]!.x, SPAWNS[0]!.y]);
  });
});

describe("ways", () => {
  it("a shot flies straight on from the muzzle, where the ship aims", () => {
    const shot = shotFrom({ x: 100, y: 500, aim: Math.PI / 2 }, RULES);
    const at = shotAt(shot, 500);
    assert.ok(Math.abs(at.x - 100) < 1e-6);
    assert.equal(Math.round(at.y), Math.round(shot.y + RULES.shotSpeed / 2));
  });

  it("are blocked by every wall they cross and by the world's edge, and by nothing else", () => {
    for (const { x, y, w, h } of WALLS) {
      const middle = { x: x + w / 2, y: y + h / 2 };
      assert.ok(wayBlocked({ x: x - 5, y: middle.y }, { x: x + w + 5, y: middle.y }));
      assert.ok(wayBlocked({ x: middle.x, y: y - 5 }, { x: middle.x, y: y + h + 5 }));
      assert.ok(wayBlocked(middle, middle), "a way of no length inside a wall");
    }
    assert.ok(wayBlocked({ x: 10, y: 10 }, { x: -1, y: 10 }));
    assert.ok(!wayBlocked({ x: 20, y: 20 }, { x: 1_580, y: 20 }));
    assert.ok(!wayBlocked({ x: 730, y: 430 }, { x: 730, y: 570 }), "beside a wall");
  });

  it("hit a circle exactly when some point of them lies in it", () => {
    const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
    const point = fc.record({ x: coordinate, y: coordinate });
    fc.assert(
      fc.property(point, point, point, fc.double({ min: 1, max: 50, noNaN: true }), (from, to, middle, radius) => {
        const distances = Array.from({ length: 2_001 }, (_, index) => {
          const at = index / 2_000;
          return Math.hypot(from.x + (to.x - from.x) * at - middle.x, from.y + (to.y - from.y) * at - middle.y);
        });
        const nearest = Math.min(...distances);
        fc.pre(Math.abs(nearest - radius) > 0.1);
        assert.equal(wayHitsCircle(from, to, middle, radius), nearest < radius);
      }),
    );
  });

  it("hit no ship behind a wall, however fast they fly", () => {
    const wall = { x: 300, y: 340, w: 40 };
    const gun = { x: wall.x - 30, y: wall.y };
    const far = { x: wall.x + wall.w + 200, y: wall.y };
    assert.ok(shotHits(gun, far, { x: gun.x + 5, y: wall.y }), "a ship before the wall");
    assert.ok(!shotHits(gun, far, { x: wall.x + wall.w + 40, y: wall.y }), "a ship behind it");
  });
});
