/** Who shot whom, newest last; lines leave by themselves. */
import { element } from "../../page/dom.ts";

const LINES_MAX = 5;
const LINE_MS = 5_000;

export interface FeedName {
  readonly name: string;
  readonly hue: number;
  readonly isSelf: boolean;
}

export class KillFeed {
  readonly root = element("ol", "feed");
  #lines: { readonly item: HTMLElement; readonly untilMs: number }[] = [];

  add(by: FeedName | undefined, of: FeedName, streak: number, nowMs: number): void {
    const item = element("li", by?.isSelf === true || of.isSelf ? "feed-own" : "");
    if (by !== undefined) item.append(nameTag(by), element("span", "feed-arrow", "›"));
    item.append(nameTag(of));
    if (by !== undefined && streak >= 3) item.append(element("span", "feed-streak", `${streak} in a row`));
    this.root.append(item);
    this.#lines.push({ item, untilMs: nowMs + LINE_MS });
    if (this.#lines.length > LINES_MAX) this.#lines.shift()!.item.remove();
  }

  update(nowMs: number): void {
    while (this.#lines[0] !== undefined && this.#lines[0].untilMs < nowMs) this.#lines.shift()!.item.remove();
  }
}

export function nameTag({ name, hue }: FeedName): HTMLElement {
  const tag = element("b", "name-tag", name);
  tag.style.setProperty("--hue", String(hue));
  return tag;
}
