/** Says what is wrong with the connection, over every game's page; silent while nothing is. */
import type { Connection } from "@ninelives/client";
import type { CodeName } from "@ninelives/shared-schema";
import { button, element, setText } from "./dom.ts";

export class Banner {
  readonly root = element("section", "banner");
  readonly #text = element("span");
  readonly #again: HTMLButtonElement;

  constructor(onAgain: () => void) {
    this.root.setAttribute("role", "alert");
    this.root.hidden = true;
    this.#again = button("banner-button", "Play again", "Join a match", onAgain);
    this.root.append(this.#text, this.#again);
  }

  /** Returns how to stop that. */
  follow(connection: Connection): () => void {
    return connection.onChange(({ to, reason }) => {
      if (to === "RECONNECTING") this.#show("Connection lost. Your seat is held; reconnecting", false);
      else if (to === "DISCONNECTED") this.#show(whyGone(reason), true);
      else this.root.hidden = true;
    });
  }

  #show(text: string, final: boolean): void {
    setText(this.#text, text);
    this.#again.hidden = !final;
    this.root.dataset.final = String(final);
    this.root.hidden = false;
  }
}

function whyGone(reason: CodeName): string {
  switch (reason) {
    case "SERVER_SHUTDOWN":
      return "The server went down for a restart.";
    case "SEAT_EXPIRED":
      return "You were away too long: your seat is free again.";
    default:
      return `The connection is gone for good (${reason}).`;
  }
}
