/** The arena's rules: who flies, who is hit, who wins. Runs on the server only. */
import type { Client, Rewind } from "@colyseus/core";
import bot from "./arena.bot.ts";
import { botName } from "./arena.bot.ts";
import { type CommandHandlers, GameRoom, type Pause, type Step } from "@ninelives/server";
import type { JoinOptions } from "@ninelives/shared-schema";
import { PACK_SPOTS, SPAWNS } from "./arena.map.ts";
import {
  type Control,
  freeHue,
  ranking,
  SHIP_R,
  shotAt,
  shotFrom,
  shotHits,
  stepShip,
  wayBlocked,
} from "./arena.sim.ts";
import { Arena, Pack, Rules, Ship, Shot, ShotSecret } from "./arena.type.ts";

/** Inputs a session may save up while its connection stalls, and have applied in one step afterwards. */
const CREDIT_MAX = 8;
/** Oldest picture a shooter may be judged by, ms. */
const REWIND_MS = 400;
const BOT_PREFIX = "bot-";

export class ArenaRoom extends GameRoom<typeof Arena> {
  override readonly inputOptions = { sanitize: { moveX: [-127, 127], moveY: [-127, 127], aim: [-7, 7] } } as const;

  override readonly commands: CommandHandlers<typeof Arena> = {
    respawn: (client) => {
      const ship = this.state.ships.get(client.sessionId);
      if (ship === undefined || ship.alive) this.refuse("only a dead ship can come back");
      if (!this.state.playing) this.refuse("the round is over");
      this.#spawn(client.sessionId, ship);
      return { at: this.#nowMs };
    },
    rename: (client, { name }) => {
      const ship = this.state.ships.get(client.sessionId);
      if (ship === undefined) this.refuse("no ship to name");
      ship.name = name;
      return { name };
    },
  };

  #rewind!: Rewind;
  #nowMs = 0;

  override onCreate(): void {
    const { accel, drag, shotSpeed, shotLifeMs, cooldownMs, maxHp, roundMs } = this.tuning;
    this.state.rules = new Rules().assign({ accel, drag, shotSpeed, shotLifeMs, cooldownMs, maxHp });
    for (const spot of PACK_SPOTS) {
      this.state.packs.push(new Pack().assign({ ...spot, ready: true }));
      this.memory.packReadyMs.push(0);
    }
    this.state.phaseEndsMs = roundMs;
    this.#watchShips();
  }

  /** Where ships were before the match changed its process nobody knows: shots are judged by where they are. */
  override onRestore({ ticksLost }: Pause): void {
    this.state.restores++;
    this.state.ticksLost = ticksLost;
    this.#watchShips();
  }

  /** Everybody in the match talks with everybody. */
  override authorizeTopic(): boolean {
    return true;
  }

  override onJoin(client: Client, { name }: JoinOptions<typeof Arena>): void {
    this.#addShip(client.sessionId, name, false);
    this.memory.credit.set(client.sessionId, CREDIT_MAX);
  }

  override onDrop(client: Client): void {
    const ship = this.state.ships.get(client.sessionId);
    if (ship !== undefined) ship.away = true;
  }

  override onReconnect(client: Client): void {
    const ship = this.state.ships.get(client.sessionId);
    if (ship !== undefined) ship.away = false;
  }

  override onLeave(client: Client): void {
    this.state.ships.delete(client.sessionId);
    this.memory.credit.delete(client.sessionId);
  }

  override onTick({ dt, elapsedMs, tick }: Step): void {
    this.#nowMs = Math.round(elapsedMs);
    this.#fillWithBots();
    this.#turnPhase();
    for (const [id, ship] of this.state.ships) {
      if (!ship.alive && this.state.playing && this.#nowMs >= ship.respawnAtMs) this.#spawn(id, ship);
      if (ship.bot) this.#steerBot(id, ship, dt, tick);
      else this.#applyInputs(id, ship, dt);
    }
    this.#flyShots(dt);
    this.#handOutPacks();
  }

  #watchShips(): void {
    this.#rewind = this.allowRewindState({ maxRewindMs: REWIND_MS });
    this.#rewind.attachAll(this.state.ships, { fields: ["x", "y"] });
  }

  #applyInputs(sessionId: string, ship: Ship, dt: number): void {
    const inputs = this.inputs.get(sessionId);
    let credit = Math.min(CREDIT_MAX, (this.memory.credit.get(sessionId) ?? 0) + 1);
    for (let input = inputs.next(); input !== undefined; input = credit > 0 ? inputs.next() : undefined) {
      credit--;
      this.#act(sessionId, ship, input, dt, () => this.#seenAgoMs(sessionId));
    }
    if (this.memory.credit.get(sessionId) !== credit) this.memory.credit.set(sessionId, credit);
  }

  #steerBot(id: string, ship: Ship, dt: number, tick: number): void {
    const random = () => this.random.range(0, 1);
    const input = bot.think({ state: this.state, sessionId: id }, { tick, elapsedMs: this.#nowMs, random });
    const { moveX = 0, moveY = 0, aim = ship.aim, fire = false } = input ?? {};
    this.#act(id, ship, { moveX, moveY, aim, fire }, dt, () => 0);
  }

  #act(id: string, ship: Ship, input: Control, dt: number, seenAgoMs: () => number): void {
    if (!stepShip(ship, input, dt, this.state.rules) || !this.state.playing) return;
    const key = String(this.memory.nextShot++);
    this.state.shots.set(
      key,
      new Shot().assign({ owner: id, bornMs: this.#nowMs, ...shotFrom(ship, this.state.rules) }),
    );
    this.memory.shots.set(key, new ShotSecret().assign({ seenAgoMs: seenAgoMs() }));
  }

  /** How far in the past this player sees the others, ms. */
  #seenAgoMs(sessionId: string): number {
    const seenMs = this.inputs.get(sessionId).renderTime;
    return seenMs > 0 ? Math.min(REWIND_MS, Math.max(0, this.#nowMs - seenMs)) : 0;
  }

  #flyShots(dt: number): void {
    const { shotLifeMs } = this.state.rules;
    for (const [key, shot] of this.state.shots) {
      const ageMs = this.#nowMs - shot.bornMs;
      const to = shotAt(shot, ageMs);
      const from = ageMs === 0 ? to : shotAt(shot, ageMs - dt * 1000);
      const target = this.#targetOf(key, shot, from, to);
      if (target !== undefined) this.#hit(shot, target, to);
      if (target === undefined && ageMs < shotLifeMs && !wayBlocked(from, to)) continue;
      this.state.shots.delete(key);
      this.memory.shots.delete(key);
    }
  }

  /** Judged where the shooter saw the others when the shot left. */
  #targetOf(key: string, shot: Shot, from: { x: number; y: number }, to: { x: number; y: number }): string | undefined {
    const seen = this.#rewind.at(this.#nowMs - (this.memory.shots.get(key)?.seenAgoMs ?? 0));
    for (const [id, ship] of this.state.ships) {
      if (id === shot.owner || !ship.alive) continue;
      const middle = { x: seen.value(ship, "x"), y: seen.value(ship, "y") };
      if (shotHits(from, to, middle)) return id;
    }
    return undefined;
  }

  #hit(shot: Shot, targetId: string, { x, y }: { x: number; y: number }): void {
    const target = this.state.ships.get(targetId)!;
    target.hp = Math.max(0, target.hp - this.tuning.damage);
    this.emit("hit", { on: targetId, x, y, hp: target.hp });
    if (target.hp > 0) return;
    target.alive = false;
    target.deaths++;
    target.streak = 0;
    target.vx = 0;
    target.vy = 0;
    target.respawnAtMs = this.#nowMs + this.tuning.respawnMs;
    const shooter = this.state.ships.get(shot.owner);
    if (shooter !== undefined) {
      shooter.score++;
      shooter.streak = Math.min(255, shooter.streak + 1);
    }
    this.emit("kill", { by: shot.owner, of: targetId, streak: shooter?.streak ?? 0 });
  }

  #handOutPacks(): void {
    for (const [index, pack] of this.state.packs.entries()) {
      if (!pack.ready) {
        if (this.#nowMs >= this.memory.packReadyMs[index]!) pack.ready = true;
        continue;
      }
      for (const ship of this.state.ships.values()) {
        const close = Math.hypot(ship.x - pack.x, ship.y - pack.y) < SHIP_R * 2;
        if (!close || !ship.alive || ship.hp >= this.tuning.maxHp) continue;
        ship.hp = Math.min(this.tuning.maxHp, ship.hp + this.tuning.packHp);
        pack.ready = false;
        this.memory.packReadyMs[index] = this.#nowMs + this.tuning.packEveryMs;
        break;
      }
    }
  }

  #turnPhase(): void {
    const { state } = this;
    if (this.#nowMs < state.phaseEndsMs) return;
    state.playing = !state.playing;
    state.phaseEndsMs = this.#nowMs + (state.playing ? this.tuning.roundMs : this.tuning.pauseMs);
    if (state.playing) this.#newRound();
    else this.#announceWinner();
  }

  #newRound(): void {
    this.state.round++;
    for (const [id, ship] of this.state.ships) {
      ship.score = 0;
      ship.deaths = 0;
      ship.streak = 0;
      this.#spawn(id, ship);
    }
  }

  #announceWinner(): void {
    const [winner] = ranking(this.state.ships);
    if (winner === undefined) return;
    const [id, { name, score }] = winner;
    this.emit("roundOver", { winner: id, name, score });
  }

  /** Bots come until `fillTo` ships fly, and go as people come: the one with the lowest score first. None come into a duel. */
  #fillWithBots(): void {
    const bots = [...this.state.ships].filter(([, ship]) => ship.bot);
    const spare = this.state.ships.size - (this.match === undefined ? this.tuning.fillTo : 0);
    if (spare < 0) this.#addShip(`${BOT_PREFIX}${this.memory.nextBot}`, botName(this.memory.nextBot++), true);
    else if (spare > 0 && bots.length > 0) {
      const [worst] = bots.sort(([, a], [, b]) => a.score - b.score);
      this.state.ships.delete(worst![0]);
    }
  }

  #addShip(id: string, name: string, isBot: boolean): void {
    const ship = new Ship().assign({
      name,
      hue: freeHue(this.state.ships.values(), this.random.index(360)),
      bot: isBot,
    });
    this.#spawn(id, ship);
    this.state.ships.set(id, ship);
  }

  /** At the start farthest from everyone alive. */
  #spawn(id: string, ship: Ship): void {
    const others = [...this.state.ships]
      .filter(([other, { alive }]) => other !== id && alive)
      .map(([, other]) => other);
    const room = (spot: { x: number; y: number }) =>
      Math.min(...others.map((other) => Math.hypot(other.x - spot.x, other.y - spot.y)));
    const shuffled = SPAWNS.map((spot) => ({ spot, order: this.random.next() })).sort((a, b) => a.order - b.order);
    const { spot } = shuffled.reduce((best, next) => (room(next.spot) > room(best.spot) ? next : best));
    ship.assign({ x: spot.x, y: spot.y, vx: 0, vy: 0, cooldown: 0, hp: this.tuning.maxHp, alive: true });
  }
}
