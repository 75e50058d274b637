/**
 * The player's moves on their way: checked with the room's own rules first, one at a time, and shown as waiting until the
 * answer is here. While the connection is down the client keeps a move, so it waits here too; it counts once.
 */
import type { Room } from "@ninelives/client";
import { type CommandEnvelope, NetError } from "@ninelives/shared-schema";
import { type Card, fits, isEight, type Suit, whyNotPlay } from "../cards.rules.ts";
import type { Cards, Seat } from "../cards.type.ts";

export interface MoveHooks {
  /** A sentence for the player. */
  say(sentence: string): void;
  /** An eight needs a suit first. */
  askSuit(card: Card): void;
  drew(card: Card): void;
  /** Something waits now, or does not any more. */
  changed(): void;
}

export class Moves {
  readonly #room: Room<typeof Cards>;
  readonly #hooks: MoveHooks;

  constructor(room: Room<typeof Cards>, hooks: MoveHooks) {
    this.#room = room;
    this.#hooks = hooks;
  }

  /** The own seat, as far as this client knows it. */
  get seat(): Seat | undefined {
    return this.#room.state.seats.get(this.#room.sessionId);
  }

  get isOwnTurn(): boolean {
    const { phase, turn } = this.#room.state;
    return phase === "playing" && turn === this.#room.sessionId;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Cards under way to the pile. */
  get waitingCards(): ReadonlySet<Card> {
    const plays = this.#waiting.filter(({ type }) => type === "play");
    return new Set(plays.map(({ payload }) => (payload as { readonly card: Card }).card));
  }

  get isDrawWaiting(): boolean {
    return this.#waiting.some(({ type }) => type === "draw");
  }

  /** Cards that may be played now. */
  get playable(): ReadonlySet<Card> {
    const { seat } = this;
    if (seat === undefined || !this.isOwnTurn || this.isWaiting) return new Set();
    const { state } = this.#room;
    return new Set([...seat.hand].filter((card) => (seat.drawn === "" || card === seat.drawn) && fits(card, state)));
  }

  get mayDraw(): boolean {
    return this.isOwnTurn && !this.isWaiting && !this.#room.state.hasDrawn;
  }

  get mayPass(): boolean {
    return this.isOwnTurn && !this.isWaiting && this.#room.state.hasDrawn;
  }

  play(card: Card, suit?: Suit): void {
    const { seat } = this;
    if (seat === undefined || !this.#isReady()) return;
    if (isEight(card) && suit === undefined && (seat.drawn === "" || seat.drawn === card)) {
      this.#hooks.askSuit(card);
      return;
    }
    const why = whyNotPlay(seat.hand, seat.drawn, card, suit, this.#room.state);
    if (why === undefined) this.#follow(this.#room.command("play", { card, suit }));
    else this.#hooks.say(why);
  }

  draw(): void {
    if (!this.#isReady()) return;
    const drawing = this.#room.command("draw", {});
    this.#follow(drawing);
    drawing.then(
      ({ card }) => this.#hooks.drew(card),
      () => {},
    );
  }

  pass(): void {
    if (this.#isReady()) this.#follow(this.#room.command("pass", {}));
  }

  /** What else is said at the table keeps no card from the pile. */
  get #waiting(): readonly CommandEnvelope[] {
    return this.#room.pending.filter(({ type }) => Object.hasOwn(this.#room.type.commands, type));
  }

  #isReady(): boolean {
    if (this.isOwnTurn && !this.isWaiting) return true;
    if (!this.isOwnTurn) this.#hooks.say("It is not your turn.");
    return false;
  }

  #follow(answer: Promise<unknown>): void {
    this.#hooks.say("");
    this.#hooks.changed();
    answer
      .catch((error: unknown) => {
        if (error instanceof NetError && error.name !== "LEFT") this.#hooks.say(error.message);
      })
      .finally(() => this.#hooks.changed());
  }
}
