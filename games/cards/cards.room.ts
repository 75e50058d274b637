/**
 * A table of cards: who sits, whose turn it is, what a move does. Runs on the server only. Every move is a command, bots move
 * and turns run out in onTick. All that lasts is in state and memory, so nothing here minds a player's drop or a restart.
 */
import type { Client } from "@colyseus/core";
import { StateView } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, type Step } from "@ninelives/server";
import type { JoinOptions } from "@ninelives/shared-schema";
import { botName, chooseMove } from "./cards.bot.ts";
import { count, dealIn, dealRound } from "./cards.dealing.ts";
import { canDraw, type Card, draw, fits, handPoints, lay, type Suit, whyNotPlay } from "./cards.rules.ts";
import { freePlace, hasPerson, nextAfter, spareBot } from "./cards.seats.ts";
import { Cards, Seat } from "./cards.type.ts";

const BOT_PREFIX = "bot-";

export class CardsRoom extends GameRoom<typeof Cards> {
  override readonly commands: CommandHandlers<typeof Cards> = {
    play: ({ sessionId }, { card, suit }) => {
      const seat = this.#seatInTurn(sessionId);
      const why = whyNotPlay(seat.hand, seat.drawn, card, suit, this.state);
      if (why !== undefined) this.refuse(why);
      this.#play(sessionId, seat, card, suit);
      return { left: seat.handCount };
    },
    draw: ({ sessionId }) => {
      const seat = this.#seatInTurn(sessionId);
      if (this.state.hasDrawn) this.refuse("You have drawn already: play that card, or pass.");
      if (!canDraw(this.memory)) this.refuse("There is no card left to draw: pass.");
      const card = this.#draw(sessionId, seat);
      return { card, fits: this.state.turn === sessionId };
    },
    pass: ({ sessionId }) => {
      this.#seatInTurn(sessionId);
      if (!this.state.hasDrawn && canDraw(this.memory)) this.refuse("Draw a card before you pass.");
      this.#endTurn();
      return {};
    },
  };

  /** A number from 0 to below this one. */
  readonly #chance = (below: number) => this.random.index(below);

  override onCreate(): void {
    this.state.turnMs = this.tuning.turnSeconds * 1000;
  }

  /** Everybody at the table talks with everybody. */
  override authorizeTopic(): boolean {
    return true;
  }

  override onJoin(client: Client, { name }: JoinOptions<typeof Cards>): void {
    const bot = this.state.seats.size >= Cards.maxPlayers ? spareBot(this.state.seats) : undefined;
    if (bot !== undefined) this.#free(bot);
    this.#take(client.sessionId, name, false);
  }

  /** Only the owner's view lets a hand through. */
  override viewFor({ sessionId }: Client): StateView {
    const view = new StateView();
    view.add(this.state.seats.get(sessionId)!);
    return view;
  }

  override onDrop({ sessionId }: Client): void {
    const seat = this.state.seats.get(sessionId);
    if (seat !== undefined) seat.away = true;
  }

  override onReconnect({ sessionId }: Client): void {
    const seat = this.state.seats.get(sessionId);
    if (seat !== undefined) seat.away = false;
  }

  override onLeave(client: Client): void {
    client.view?.dispose();
    this.#free(client.sessionId);
  }

  override onTick({ tick }: Step): void {
    const { state } = this;
    if (tick % Cards.tickHz === 0) state.nowMs = this.#nowMs;
    if (state.seats.size < this.tuning.fillTo && hasPerson(state.seats)) this.#seatBot();
    if (state.phase === "playing") this.#moveOn();
    else if (state.phase === "waiting" || this.#nowMs >= state.endsMs) this.#beginRound();
  }

  get #nowMs(): number {
    return Math.round(this.clock.elapsedTime);
  }

  #seatInTurn(sessionId: string): Seat {
    const seat = this.state.seats.get(sessionId);
    if (seat === undefined) this.refuse("You have no seat at this table.");
    if (this.state.phase === "waiting") this.refuse("The round has not begun.");
    if (this.state.phase === "over") this.refuse("The round is over.");
    if (this.state.turn !== sessionId) this.refuse("It is not your turn.");
    return seat;
  }

  /** The bot in turn moves when it has thought; a player whose time is up has a card drawn, and the turn passed. */
  #moveOn(): void {
    const { state, memory } = this;
    const seat = state.seats.get(state.turn)!;
    if (seat.bot && this.#nowMs >= memory.botMovesAtMs) this.#moveBot(state.turn, seat);
    else if (this.#nowMs >= state.endsMs) {
      const drawer = state.turn;
      if (!state.hasDrawn && canDraw(memory)) this.#draw(drawer, seat);
      if (state.turn === drawer) this.#endTurn();
    }
  }

  #moveBot(id: string, seat: Seat): void {
    const move = chooseMove(seat.hand, seat.drawn, this.state);
    if (move.kind === "play") this.#play(id, seat, move.card, move.suit);
    else if (move.kind === "draw" && canDraw(this.memory)) {
      this.#draw(id, seat);
      this.#letBotThink();
    } else this.#endTurn();
  }

  #play(id: string, seat: Seat, card: Card, suit: Suit | undefined): void {
    lay(this.state, this.memory, seat.hand, card, suit);
    count(seat, this.state, this.memory);
    this.emit("played", { by: id, card, suit: this.state.suit as Suit, left: seat.handCount });
    if (seat.handCount === 0) this.#win(id, seat);
    else this.#endTurn();
  }

  /** There must be a card. One that fits is the drawer's to play or to pass; any other ends the turn. */
  #draw(id: string, seat: Seat): Card {
    const card = draw(this.memory, this.#chance)!;
    seat.hand.push(card);
    count(seat, this.state, this.memory);
    this.emit("drew", { by: id, count: 1 }, ({ sessionId }) => sessionId !== id);
    if (fits(card, this.state)) {
      seat.drawn = card;
      this.state.hasDrawn = true;
    } else this.#endTurn();
    return card;
  }

  #win(id: string, seat: Seat): void {
    const { state } = this;
    let points = 0;
    for (const other of state.seats.values()) points += handPoints(other.hand);
    seat.score += points;
    this.emit("roundWon", { by: id, name: seat.name, points, round: state.round });
    state.winner = id;
    state.winnerPoints = points;
    this.#clearTurn();
    state.phase = "over";
    state.endsMs = this.#nowMs + this.tuning.roundPauseSeconds * 1000;
  }

  /** Bots go that are not needed any more, then everyone gets a new hand; the last winner leads. */
  #beginRound(): void {
    const { state, memory } = this;
    for (let bot = spareBot(state.seats); bot !== undefined; bot = spareBot(state.seats)) {
      if (state.seats.size <= this.tuning.fillTo) break;
      this.#free(bot);
    }
    if (state.seats.size < 2) {
      state.phase = "waiting";
      return;
    }
    const first = dealRound(state, memory, this.tuning.handSize, this.#chance);
    state.round++;
    state.phase = "playing";
    this.#beginTurn(state.seats.has(state.winner) ? state.winner : first);
  }

  #beginTurn(id: string): void {
    this.state.turn = id;
    this.state.endsMs = this.#nowMs + this.state.turnMs;
    if (this.state.seats.get(id)!.bot) this.#letBotThink();
  }

  #endTurn(): void {
    const next = nextAfter(this.state.turn, this.state.seats);
    this.#clearTurn();
    this.#beginTurn(next);
  }

  #clearTurn(): void {
    const seat = this.state.seats.get(this.state.turn);
    if (seat !== undefined) seat.drawn = "";
    this.state.hasDrawn = false;
    this.state.turn = "";
  }

  #letBotThink(): void {
    const thinkMs = this.tuning.botThinkSeconds * 1000;
    this.memory.botMovesAtMs = Math.round(this.#nowMs + this.random.range(thinkMs / 2, thinkMs * 1.5));
  }

  #seatBot(): void {
    const number = this.memory.nextBot++;
    this.#take(`${BOT_PREFIX}${number}`, botName(number), true);
  }

  /** Whoever comes while a round is played is dealt in at once. */
  #take(id: string, name: string, isBot: boolean): Seat {
    const { state, memory } = this;
    const seat = new Seat().assign({ name, place: freePlace(state.seats), bot: isBot });
    state.seats.set(id, seat);
    if (state.phase === "playing") dealIn(seat, state, memory, this.tuning.handSize, this.#chance);
    return seat;
  }

  /** The seat's cards go under the pile. */
  #free(id: string): void {
    const { state, memory } = this;
    const seat = state.seats.get(id);
    if (seat === undefined) return;
    const next = nextAfter(id, state.seats);
    memory.pile.push(...seat.hand);
    state.seats.delete(id);
    if (state.phase === "playing" && state.seats.size < 2) {
      this.#clearTurn();
      state.phase = "waiting";
    } else if (state.turn === id) {
      this.#clearTurn();
      this.#beginTurn(next);
    }
  }
}
