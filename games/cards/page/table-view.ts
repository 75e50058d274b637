/**
 * One table on the screen, from join to leave. Patches and answers redraw what they changed; between them only the time runs.
 * `side` is the column beside the felt: what was played, and below it what was said.
 */
import type { Room } from "@ninelives/client";
import { Banner } from "../../page/banner.ts";
import { Chat } from "../../page/chat.ts";
import { button, element, setText } from "../../page/dom.ts";
import { copyText } from "../../page/entrance.ts";
import type { Cards } from "../cards.type.ts";
import { DebugHandle } from "./debug-handle.ts";
import { HandView } from "./hand-view.ts";
import { MoveLog } from "./move-log.ts";
import { Moves } from "./moves.ts";
import { OthersView } from "./others-view.ts";
import { PileView } from "./pile-view.ts";
import { RoomClock } from "./room-clock.ts";
import { RoundOver } from "./round-over.ts";
import { SuitChooser } from "./suit-chooser.ts";
import { TurnBar } from "./turn-bar.ts";

export class TableView {
  readonly root: HTMLElement;
  readonly side: HTMLElement;
  readonly #room: Room<typeof Cards>;
  readonly #moves: Moves;
  readonly #clock = new RoomClock();
  readonly #log = new MoveLog();
  readonly #others = new OthersView();
  readonly #pile: PileView;
  readonly #turn = new TurnBar();
  readonly #hand: HandView;
  readonly #chooser: SuitChooser;
  readonly #over = new RoundOver();
  readonly #banner: Banner;
  readonly #round = element("span", "bar-round");
  readonly #score = element("span", "own-score");
  readonly #says = element("p", "own-says");
  readonly #draw: HTMLButtonElement;
  readonly #pass: HTMLButtonElement;
  readonly #stop = new AbortController();
  readonly #offs: (() => void)[];

  constructor(room: Room<typeof Cards>, onEnd: () => void) {
    this.#room = room;
    this.#moves = new Moves(room, {
      say: (sentence) => setText(this.#says, sentence),
      askSuit: (card) => this.#chooser.ask(card),
      drew: (card) => this.#log.drew("You", card),
      changed: () => this.#update(),
    });
    this.#pile = new PileView(() => this.#moves.draw());
    this.#hand = new HandView((card) => this.#moves.play(card));
    this.#chooser = new SuitChooser((card, suit) => this.#moves.play(card, suit));
    this.#draw = button("move", "Draw", "D", () => this.#moves.draw());
    this.#pass = button("move", "Pass", "P", () => this.#moves.pass());
    this.#says.setAttribute("role", "alert");
    this.#banner = new Banner(onEnd);
    const copy: HTMLButtonElement = button("bar-button", "Copy link", "Invite a friend to this table", () => {
      void copyText(location.href).then((done) => setText(copy, done ? "Copied" : "Copy it from the address bar"));
    });
    const bar = element("header", "bar", element("b", "", "Cards"), this.#round, copy);
    const own = element(
      "section",
      "own",
      this.#turn.root,
      this.#says,
      this.#hand.root,
      element("div", "own-foot", this.#score, element("div", "own-moves", this.#draw, this.#pass)),
    );
    const felt = element(
      "section",
      "felt",
      this.#others.root,
      this.#pile.root,
      own,
      this.#chooser.root,
      this.#over.root,
    );
    const chat = new Chat({
      selfId: room.sessionId,
      subscribe: (hear, options) => room.subscribe("chat", hear, options),
      publish: (text) => room.publish("chat", { text }),
      nameOf: (id) => room.state.seats.get(id)?.name,
    });
    this.side = element("aside", "side", this.#log.root, chat.root);
    this.root = element("div", "table", bar, felt, this.side, this.#banner.root);
    this.#offs = this.#listen();
    this.#update();
    this.#frame();
    window.cards = new DebugHandle(room, this.#moves);
  }

  /** Takes everything away that it put on the page; the room is left, too. */
  stop(): void {
    this.#stop.abort();
    for (const off of this.#offs) off();
    this.root.remove();
    delete window.cards;
    void this.#room.leave();
  }

  #listen(): (() => void)[] {
    const room = this.#room;
    addEventListener("keydown", (event) => this.#key(event), { signal: this.#stop.signal });
    return [
      room.onPatch(() => this.#update()),
      room.connection.onChange(() => this.#update()),
      this.#banner.follow(room.connection),
      room.on("played", ({ by, card, suit }) => this.#log.played(this.#nameOf(by), card, suit)),
      room.on("drew", ({ by }) => this.#log.drew(this.#nameOf(by))),
      room.on("roundWon", ({ by, name, points }) => this.#log.won(by === room.sessionId ? "You" : name, points)),
      room.on("gap", ({ missed }) => this.#log.missed(missed)),
    ];
  }

  #update(): void {
    const { state, sessionId, connection } = this.#room;
    const moves = this.#moves;
    const { playable } = moves;
    this.#clock.hear(state.nowMs, performance.now());
    this.#others.update(state, sessionId);
    this.#pile.update(state, { mayDraw: moves.mayDraw, isWaiting: moves.isDrawWaiting });
    this.#hand.update(moves.seat?.hand ?? [], { isOwnTurn: moves.isOwnTurn, playable, waiting: moves.waitingCards });
    this.#turn.update(state, sessionId, {
      isWaiting: moves.isWaiting,
      isConnected: connection.state === "CONNECTED",
      canPlay: playable.size > 0,
    });
    if (!moves.isOwnTurn) this.#chooser.close();
    this.#draw.disabled = !moves.mayDraw;
    this.#draw.dataset.advised = String(moves.mayDraw && playable.size === 0);
    this.#pass.disabled = !moves.mayPass;
    setText(this.#round, state.round === 0 ? "" : `Round ${state.round}`);
    setText(this.#score, `${moves.seat?.name ?? ""}: ${moves.seat?.score ?? 0} points`);
  }

  #frame(): void {
    if (this.#stop.signal.aborted) return;
    const { state, sessionId } = this.#room;
    const roomMs = this.#clock.now(performance.now());
    this.#turn.frame(state, roomMs);
    this.#over.update(state, sessionId, roomMs);
    requestAnimationFrame(() => this.#frame());
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    if (event.code === "KeyD") this.#moves.draw();
    else if (event.code === "KeyP") this.#moves.pass();
    else if (event.code === "Escape") this.#chooser.close();
  }

  #nameOf(id: string): string {
    return id === this.#room.sessionId ? "You" : (this.#room.state.seats.get(id)?.name ?? "Somebody");
  }
}
