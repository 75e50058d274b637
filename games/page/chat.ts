/**
 * What the players of a match say to each other. A line of one's own is there at once, pale until the match has it; said in a
 * tunnel it stays pale, and is said once at the return. Text is always set as text, never as markup.
 */
import type { Subscription, TopicGap, TopicMeta } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import { element, setText } from "./dom.ts";

const TEXT_MAX = 200;
const LINES_MAX = 100;
/** Lines said before the page came. */
const HISTORY = 50;

type Hear = (payload: { readonly text: string }, meta: TopicMeta) => void;

export interface ChatHooks {
  readonly selfId: string;
  subscribe(hear: Hear, options: { history: number; onGap: (gap: TopicGap) => void }): Promise<Subscription>;
  /** Resolves when it was said. */
  publish(text: string): Promise<unknown>;
  /** undefined: nobody knows any more. */
  nameOf(sessionId: string): string | undefined;
}

export class Chat {
  readonly root = element("section", "chat");
  readonly #hooks: ChatHooks;
  readonly #lines = element("ol", "chat-lines");
  readonly #form = element("form", "chat-form");
  readonly #text = element("input", "chat-text");
  /** Names of those who left, for what they said. */
  readonly #names = new Map<string, string>();

  constructor(hooks: ChatHooks) {
    this.#hooks = hooks;
    this.#lines.setAttribute("aria-live", "polite");
    Object.assign(this.#text, { maxLength: TEXT_MAX, placeholder: "Say something", autocomplete: "off" });
    this.#text.setAttribute("aria-label", "Say something");
    this.#form.append(this.#text);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say(this.#text.value.trim());
      this.#text.value = "";
    });
    this.root.append(this.#lines, this.#form);
    const onGap = ({ missed }: TopicGap) => this.#note(`${missed ?? "Some"} lines are not kept any more.`);
    hooks
      .subscribe((payload, meta) => this.#hear(payload.text, meta), { history: HISTORY, onGap })
      .catch((error: unknown) => this.#note(`No chat: ${whyNot(error)}`));
  }

  /** The cursor goes into the text. */
  focus(): void {
    this.#text.focus();
  }

  blur(): void {
    this.#text.blur();
  }

  /** Calls back with whether somebody types. */
  onTyping(changed: (isTyping: boolean) => void): void {
    this.#text.addEventListener("focus", () => changed(true));
    this.#text.addEventListener("blur", () => changed(false));
  }

  #say(text: string): void {
    if (text === "") return;
    const line = this.#line(this.#hooks.selfId, text);
    line.dataset.state = "waiting";
    this.#show(line);
    this.#hooks.publish(text).then(
      () => line.remove(),
      (error: unknown) => {
        line.dataset.state = "failed";
        line.append(element("span", "chat-why", ` (${whyNot(error)})`));
      },
    );
  }

  #hear(text: string, { from, isHistory }: TopicMeta): void {
    const line = this.#line(from, text);
    if (isHistory) line.dataset.state = "old";
    const waiting = this.#lines.querySelector('[data-state="waiting"]');
    if (waiting === null) this.#show(line);
    else waiting.before(line);
  }

  #line(from: string, text: string): HTMLElement {
    const name = this.#hooks.nameOf(from) ?? this.#names.get(from);
    if (name !== undefined) this.#names.set(from, name);
    const isOwn = from === this.#hooks.selfId;
    const line = element("li", isOwn ? "chat-own" : "", element("b", "", name ?? "Somebody who left"));
    line.append(element("span", "", ` ${text}`));
    return line;
  }

  #note(text: string): void {
    const line = element("li", "chat-note");
    setText(line, text);
    this.#show(line);
  }

  #show(line: HTMLElement): void {
    this.#lines.append(line);
    while (this.#lines.childElementCount > LINES_MAX) this.#lines.firstElementChild!.remove();
    this.#lines.scrollTop = this.#lines.scrollHeight;
  }
}

function whyNot(error: unknown): string {
  return error instanceof NetError && error.name === "COMMAND_INVALID" ? "too long" : "not said";
}
