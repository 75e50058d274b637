/** The lobby as it is seen: a section for each game with the way in, and a card for each of its matches. */
import { element, setText } from "@ninelives/games/page/dom.ts";
import type { ListedRoom } from "./room-list.ts";

export interface ListedGame {
  readonly type: string;
  readonly title: string;
  /** undefined: there is no page to play it. */
  readonly href: string | undefined;
  readonly line: string;
}

/** Seats drawn one by one; more are only counted. */
const SEATS_DRAWN = 16;

export class LobbyView {
  readonly root: HTMLElement;
  readonly #games: ListedGame[];
  readonly #sections = new Map<string, { readonly root: HTMLElement; readonly cards: HTMLElement }>();
  readonly #sum = element("p", "lobby-sum");
  readonly #state = element("span", "lobby-state");
  readonly #list = element("div", "lobby-list");

  constructor(games: readonly ListedGame[]) {
    this.#games = [...games];
    this.#state.setAttribute("role", "status");
    this.#sum.setAttribute("aria-live", "polite");
    const head = element("header", "lobby-head", element("h1", "", "Live now"), this.#state, this.#sum);
    this.root = element("div", "lobby", head, this.#list);
    this.live(false);
    for (const game of games) this.#sectionOf(game);
  }

  /** Whether the list is of now. */
  live(isLive: boolean): void {
    this.#state.dataset.live = String(isLive);
    setText(this.#state, isLive ? "live" : "connecting");
  }

  show(rooms: readonly ListedRoom[]): void {
    const players = rooms.reduce((sum, room) => sum + room.players, 0);
    setText(this.#sum, `${counted(rooms.length, "match", "matches")}, ${counted(players, "player", "players")}`);
    for (const { type } of rooms)
      if (!this.#games.some((game) => game.type === type)) {
        this.#games.push({ type, title: type, href: undefined, line: "" });
      }
    for (const game of this.#games)
      this.#showGame(
        game,
        rooms.filter(({ type }) => type === game.type),
      );
  }

  #showGame(game: ListedGame, rooms: readonly ListedRoom[]): void {
    const { cards } = this.#sectionOf(game);
    const shown = new Map([...cards.children].map((card) => [(card as HTMLElement).dataset.room, card]));
    const made = rooms.map((room) => {
      const card = matchCard(game, room);
      const before = shown.get(room.roomId);
      return before?.isEqualNode(card) === true ? before : card;
    });
    cards.replaceChildren(
      ...(made.length > 0 ? made : [element("p", "lobby-none", "Nobody plays now: be the first.")]),
    );
  }

  #sectionOf(game: ListedGame): { readonly root: HTMLElement; readonly cards: HTMLElement } {
    const known = this.#sections.get(game.type);
    if (known !== undefined) return known;
    const cards = element("div", "lobby-cards");
    const head = element("div", "lobby-game", element("h2", "", game.title), element("p", "", game.line));
    if (game.href !== undefined) {
      const play = element("a", "lobby-play", "Quick play");
      play.href = game.href;
      head.append(play);
    }
    const root = element("section", "lobby-section", head, cards);
    root.dataset.type = game.type;
    this.#list.append(root);
    const section = { root, cards };
    this.#sections.set(game.type, section);
    return section;
  }
}

function matchCard({ href }: ListedGame, { roomId, players, maxPlayers, isMatch }: ListedRoom): HTMLElement {
  const most = maxPlayers ?? Number.POSITIVE_INFINITY;
  const seats = element("div", "lobby-seats");
  seats.ariaHidden = "true";
  for (let seat = 0; seat < Math.min(most, SEATS_DRAWN); seat++)
    seats.append(element("i", seat < players ? "taken" : ""));
  const count = element("p", "lobby-count", maxPlayers === null ? `${players}` : `${players} of ${maxPlayers}`);
  const card = element("article", "lobby-match", element("h3", "", roomId), seats, count);
  card.dataset.room = roomId;
  if (isMatch === true) card.append(element("span", "lobby-full", "Duel"));
  else if (players >= most) card.append(element("span", "lobby-full", "Full"));
  else if (href !== undefined) {
    const join = element("a", "lobby-join", "Join");
    join.href = `${href}?room=${encodeURIComponent(roomId)}`;
    join.setAttribute("aria-label", `Join match ${roomId}`);
    card.append(join);
  }
  return card;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
