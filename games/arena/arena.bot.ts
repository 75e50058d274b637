/** How a bot plays: go to health when hurt, otherwise hunt the nearest ship it can see, keep some distance, lead the shot. */
import { defineBot, type BotMoment } from "@ninelives/loadtest";
import { SPAWNS } from "./arena.map.ts";
import { type Point, wayBlocked } from "./arena.sim.ts";
import { Arena, type ArenaState, type Ship } from "./arena.type.ts";

/** Where a bot likes to stand from its target, px. */
const REACH = 260;
const HURT_HP = 45;
/** How far a bot's aim is off, radians each way. */
const SHAKE = 0.09;
const NAMES = [
  "Ada",
  "Grace",
  "Linus",
  "Edsger",
  "Barbara",
  "Alan",
  "Margaret",
  "Donald",
  "Radia",
  "Ken",
  "Hedy",
  "Dennis",
];

export default defineBot(Arena, {
  join: (index) => ({
    name: `${NAMES[index % NAMES.length]}${index < NAMES.length ? "" : Math.floor(index / NAMES.length)}`,
  }),
  think({ state, sessionId }, moment) {
    const me = state.ships.get(sessionId);
    if (me === undefined || !me.alive) return { moveX: 0, moveY: 0, fire: false };
    const foe = nearestFoe(state, sessionId, me);
    const goal = me.hp < HURT_HP ? (nearestPack(state, me) ?? foe) : foe;
    const { moveX, moveY } = steer(
      me,
      goal ?? roamingSpot(sessionId, moment),
      goal === foe && foe !== undefined,
      moment,
    );
    if (foe === undefined) return { moveX, moveY, aim: Math.atan2(moveY, moveX), fire: false };
    const lead = Math.hypot(foe.x - me.x, foe.y - me.y) / state.rules.shotSpeed;
    const aimX = foe.x + foe.vx * lead - me.x;
    const aimY = foe.y + foe.vy * lead - me.y;
    const aim = Math.atan2(aimY, aimX) + (moment.random() - 0.5) * 2 * SHAKE;
    return { moveX, moveY, aim, fire: !wayBlocked(me, foe) && Math.hypot(aimX, aimY) < 700 };
  },
});

export function botName(index: number): string {
  return NAMES[index % NAMES.length]!;
}

function nearestFoe(state: ArenaState, sessionId: string, me: Ship): Ship | undefined {
  let best: Ship | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [id, ship] of state.ships) {
    if (id === sessionId || !ship.alive) continue;
    const unseen = wayBlocked(me, ship) ? 600 : 0;
    const distance = Math.hypot(ship.x - me.x, ship.y - me.y) + unseen;
    if (distance < bestDistance) {
      best = ship;
      bestDistance = distance;
    }
  }
  return best;
}

function nearestPack(state: ArenaState, me: Ship): Point | undefined {
  let best: Point | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const pack of state.packs) {
    const distance = Math.hypot(pack.x - me.x, pack.y - me.y);
    if (pack.ready && distance < bestDistance) {
      best = pack;
      bestDistance = distance;
    }
  }
  return best;
}

/** Towards the goal, around walls by trying the sides, strafing when close enough to a foe. */
function steer(me: Ship, goal: Point, isFoe: boolean, { elapsedMs }: BotMoment): { moveX: number; moveY: number } {
  const distance = Math.hypot(goal.x - me.x, goal.y - me.y) || 1;
  const toward = Math.atan2(goal.y - me.y, goal.x - me.x);
  const side = Math.floor(elapsedMs / 1_700) % 2 === 0 ? 1 : -1;
  let heading = toward;
  if (isFoe && distance < REACH && !wayBlocked(me, goal)) heading = toward + side * (distance < REACH / 2 ? 2.2 : 1.4);
  for (const turn of [0, 0.6, -0.6, 1.2, -1.2, 1.9, -1.9]) {
    const ahead = { x: me.x + Math.cos(heading + turn * side) * 70, y: me.y + Math.sin(heading + turn * side) * 70 };
    if (wayBlocked(me, ahead)) continue;
    heading += turn * side;
    break;
  }
  return { moveX: Math.round(Math.cos(heading) * 127), moveY: Math.round(Math.sin(heading) * 127) };
}

/** With nobody about, from one corner to the next. */
function roamingSpot(sessionId: string, { elapsedMs }: BotMoment): Point {
  return SPAWNS[(sessionId.length + sessionId.charCodeAt(0) + Math.floor(elapsedMs / 5_000)) % SPAWNS.length]!;
}
