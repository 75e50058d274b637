/**
 * One match on the screen, from join to leave. A frame, in this order:
 *
 *   pilot   -> due inputs are applied to the own ship and sent; a shot may leave
 *   shown   -> ships and shots are placed, delayed effects come due
 *   drawn   -> camera, canvas, and what stands around it
 */
import { createPredictor, interpolationDelayMs, type Room } from "@ninelives/client";
import { Banner } from "../../page/banner.ts";
import { Chat } from "../../page/chat.ts";
import { Arena } from "../arena.type.ts";
import { Controls } from "./controls.ts";
import { DebugHandle } from "./debug-handle.ts";
import { element } from "../../page/dom.ts";
import { copyText } from "../../page/entrance.ts";
import { Effects } from "./effects.ts";
import { Hud } from "./hud.ts";
import type { FeedName } from "./kill-feed.ts";
import { Lives } from "./lives.ts";
import { NetPanel } from "./net-panel.ts";
import { DeathScreen, RoundScreen } from "./overlays.ts";
import { Past } from "./past.ts";
import { Pilot } from "./pilot.ts";
import type { Screen } from "./screen.ts";
import { Ships } from "./ships.ts";
import { Shots } from "./shots.ts";
import { Sounds } from "./sound.ts";

/** A frame is never longer than this for what merely moves, seconds. */
const FRAME_MAX_SECONDS = 0.1;

export class Match {
  readonly root = element("div", "match");
  readonly #room: Room<typeof Arena>;
  readonly #screen: Screen;
  readonly #sounds = new Sounds();
  readonly #controls: Controls;
  readonly #past: Past;
  readonly #predictor;
  readonly #effects: Effects;
  readonly #ships: Ships;
  readonly #shots: Shots;
  readonly #pilot: Pilot;
  readonly #hud: Hud;
  readonly #death: DeathScreen;
  readonly #round: RoundScreen;
  readonly #banner: Banner;
  readonly #net: NetPanel;
  readonly #chat: Chat;
  readonly #lives: Lives;
  readonly #stop = new AbortController();
  readonly #offs: (() => void)[] = [];
  #frameAtMs = 0;

  constructor(room: Room<typeof Arena>, screen: Screen, serverUrl: string, onEnd: () => void) {
    this.#room = room;
    this.#screen = screen;
    this.#predictor = createPredictor(room);
    this.#past = new Past(room.sdk.clock, interpolationDelayMs(room.type.tickHz));
    this.#effects = new Effects(screen.camera, this.#sounds);
    this.#ships = new Ships(room, this.#predictor, this.#past, this.#effects);
    this.#shots = new Shots(room, this.#predictor, this.#past, this.#ships, this.#effects);
    this.#pilot = new Pilot(room, this.#predictor, (shot) => {
      this.#shots.fire(shot);
      this.#effects.fired();
    });
    this.#controls = new Controls(screen.canvas);
    this.#net = new NetPanel(room, serverUrl, () => this.#pilot.takeCorrectionPx());
    this.#hud = new Hud({
      toggleNet: () => this.#net.toggle(),
      toggleSound: () => this.#sounds.toggle(),
      copyLink: () => copyText(location.href),
      chat: () => this.#chat.focus(),
      soundOn: this.#sounds.on,
    });
    this.#death = new DeathScreen(() => this.#respawn());
    this.#round = new RoundScreen(this.#hud.board);
    this.#banner = new Banner(onEnd);
    this.#lives = new Lives(room, serverUrl, this.#effects);
    this.#chat = new Chat({
      selfId: room.sessionId,
      subscribe: (hear, options) => room.subscribe("chat", hear, options),
      publish: (text) => room.publish("chat", { text }),
      nameOf: (id) => room.state.ships.get(id)?.name,
    });
    this.#chat.root.addEventListener("submit", () => this.#chat.blur());
    this.#chat.onTyping((isTyping) => (this.#chat.root.dataset.typing = String(isTyping)));
    const over = [this.#death, this.#hud, this.#chat, this.#net, this.#round, this.#lives, this.#banner];
    this.root.append(...over.map(({ root }) => root));
    this.#listen();
    window.arena = new DebugHandle(room, this.#ships, this.#shots);
  }

  frame(nowMs: number): void {
    const dtSeconds = Math.min(FRAME_MAX_SECONDS, Math.max(0, (nowMs - this.#frameAtMs) / 1000));
    this.#frameAtMs = nowMs;
    const { camera } = this.#screen;
    const { state, sessionId } = this.#room;
    const where = this.#ships.self;
    this.#pilot.frame(nowMs, () => this.#controls.read(camera.toScreen(where ?? camera)));
    if (where !== undefined) this.#controls.read(camera.toScreen(where));
    this.#ships.update(dtSeconds, this.#controls.aim);
    this.#shots.update();
    this.#past.run();
    this.#effects.particles.update(dtSeconds);
    if (where !== undefined) camera.follow(where, this.#controls.aim, dtSeconds);
    this.#draw(nowMs);
    const serverNowMs = this.#room.sdk.clock.serverNow();
    this.#hud.update(state, sessionId, serverNowMs, nowMs);
    this.#death.update(state.ships.get(sessionId), state.playing, serverNowMs);
    this.#round.update(state, sessionId, serverNowMs);
    this.#net.update(nowMs);
    this.#lives.frame(nowMs);
  }

  /** Takes everything away that it put on the page; the room is left, too. */
  stop(): void {
    this.#stop.abort();
    for (const off of this.#offs) off();
    this.#controls.stop();
    this.#pilot.stop();
    this.#lives.stop();
    this.#predictor.dispose();
    this.root.remove();
    delete window.arena;
    void this.#room.leave();
  }

  #draw(nowMs: number): void {
    const { packs, rules } = this.#room.state;
    const ships = [...this.#ships.all()];
    const scene = { ships, shots: this.#shots.all(), packs, maxHp: rules.maxHp, particles: this.#effects.particles };
    this.#screen.draw(scene, nowMs);
    this.#screen.drawMap(scene);
  }

  #listen(): void {
    const { signal } = this.#stop;
    for (const name of ["keydown", "keyup"] as const) addEventListener(name, (event) => this.#key(event), { signal });
    this.#offs.push(
      this.#room.on("kill", ({ by, of, streak }) => {
        const killer = this.#nameOf(by);
        const killed = this.#nameOf(of);
        if (of === this.#room.sessionId) this.#death.killedBy(killer);
        if (killed !== undefined) this.#hud.feed.add(killer, killed, streak, performance.now());
        if (by === this.#room.sessionId) this.#effects.scored(this.#ships.get(of), streak);
      }),
      this.#room.on("hit", ({ on, x, y }) => {
        const hue = this.#ships.get(on)?.ship.hue ?? 0;
        this.#past.whenShown(() => this.#effects.hitAt({ x, y }, hue));
      }),
      this.#banner.follow(this.#room.connection),
    );
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) {
      if (event.code === "Escape") this.#chat.blur();
      return;
    }
    const fresh = event.type === "keydown" && !event.repeat;
    if (this.#hud.key(event)) event.preventDefault();
    else if (fresh && event.code === "KeyN") this.#net.toggle();
    else if (fresh && event.code === "KeyK") this.#lives.kill();
    else if (fresh && event.code === "Enter") {
      event.preventDefault();
      this.#chat.focus();
    } else if (fresh && event.code === "Space" && this.#ships.self?.ship.alive === false) this.#respawn();
  }

  #respawn(): void {
    // Refused when the ship came back by itself in between, or the connection is down: both show by themselves.
    this.#room.command("respawn", {}).catch(() => {});
  }

  #nameOf(id: string): FeedName | undefined {
    const ship = this.#room.state.ships.get(id);
    return ship === undefined ? undefined : { name: ship.name, hue: ship.hue, isSelf: id === this.#room.sessionId };
  }
}
