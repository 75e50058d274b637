/** The card table as a page: the landing, then the table, then the landing again. */
import { type Client, connect, type Room } from "@ninelives/client";
import { element } from "../page/dom.ts";
import { enter, putRoomInAddress, roomInAddress, whyNot } from "../page/entrance.ts";
import { Landing } from "../page/landing.ts";
import { Cards } from "./cards.type.ts";
import { cardFace } from "./page/card-face.ts";
import { TableView } from "./page/table-view.ts";

const RULES =
  "Play a card of the same suit or rank. An eight goes on anything, and you name the suit. Nothing fits? Draw one. First hand empty wins.";
const FAN = ["AS", "QH", "8C", "JD", "7H"];

export function openCardsPage(root: HTMLElement, serverUrl: string): void {
  void new CardsPage(root, serverUrl).open();
}

class CardsPage {
  readonly #root: HTMLElement;
  readonly #client: Client;

  constructor(root: HTMLElement, serverUrl: string) {
    this.#root = root;
    this.#client = connect(serverUrl, { liveness: "game" });
  }

  /** A page that was loaded again at a table goes on with it. */
  async open(): Promise<void> {
    const room = await this.#client.resume(Cards).catch(() => undefined);
    if (room === undefined) this.#showLanding();
    else this.#show(room);
  }

  #show(room: Room<typeof Cards>): void {
    putRoomInAddress(room.roomId);
    const table = new TableView(room, () => {
      table.stop();
      this.#showLanding();
    });
    this.#root.replaceChildren(table.root);
  }

  #showLanding(): void {
    const texts = {
      title: "Cards",
      line: roomInAddress() === null ? "Eights are wild. Be first to hold nothing." : "A friend keeps a seat for you.",
      hint: RULES,
      elsewhere: [
        { label: "Live matches", href: "./lobby.html" },
        { label: "Or play the arena", href: "./" },
      ],
    };
    const landing = new Landing(texts, (name) => void this.#play(landing, name));
    const fan = element("div", "fan", ...FAN.map((card) => cardFace(card)));
    fan.ariaHidden = "true";
    this.#root.replaceChildren(fan, landing.root);
    landing.focus();
  }

  async #play(landing: Landing, name: string): Promise<void> {
    landing.busy(true);
    try {
      this.#show(await enter(this.#client, Cards, { name }));
    } catch (error) {
      landing.busy(false);
      landing.say(whyNot(error));
    }
  }
}
