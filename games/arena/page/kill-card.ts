/** Large, over the match: a stopwatch while the server is dead, then what became of the match. Goes by itself, or at a press. */
import { button, element, setText } from "../../page/dom.ts";
import type { Owner } from "./kill-switch.ts";
import type { Takeover } from "./takeover.ts";

/** How long the answer stays, ms. */
const BACK_FOR_MS = 11_000;

type Phase = "off" | "dead" | "back" | "failed";
type Fact = "died" | "has it now" | "ticks lost" | "commands" | "epoch";
const WHO = ["died", "has it now"] as const;
const WHAT = ["ticks lost", "commands", "epoch"] as const;

export class KillCard {
  readonly root = element("section", "kill-card");
  readonly #title = element("h2", "kill-title");
  readonly #time = document.createTextNode("0");
  readonly #line = element("p", "kill-line");
  readonly #same = element("ul", "kill-same");
  readonly #values = new Map<Fact, HTMLElement>();
  #phase: Phase = "off";
  #untilMs = 0;

  constructor() {
    const close = button("kill-close", "×", "Close", () => this.#set("off"));
    const time = element("p", "kill-time", element("b", "", this.#time), element("span", "", "ms"));
    const who = element("dl", "kill-facts kill-who", ...WHO.map((fact) => this.#fact(fact)));
    const what = element("dl", "kill-facts", ...WHAT.map((fact) => this.#fact(fact)));
    this.root.append(this.#title, time, this.#line, this.#same, who, what, close);
    this.#line.setAttribute("role", "status");
    this.#set("off");
  }

  get isDead(): boolean {
    return this.#phase === "dead";
  }

  dead(killed: Owner): void {
    setText(this.#title, "Server killed");
    this.waiting(killed, 0);
    this.#set("dead");
  }

  /** What waits for whoever has the match next. */
  waiting({ pid }: Owner, commands: number): void {
    const waits = commands === 0 ? "" : `, ${counted(commands, "command waits", "commands wait")}`;
    setText(this.#line, `kill -9 ${pid}${waits}`);
  }

  back(takeover: Takeover, killed: Owner | undefined, nowMs: number): void {
    const { gapMs, ticksLost, epoch, isSameShip, score, scoreBefore } = takeover;
    setText(this.#title, "Back in");
    this.#time.data = gapMs.toFixed(0);
    setText(this.#line, "");
    this.#same.replaceChildren(
      check("same match", true),
      isSameShip ? check("same ship", true) : check("another ship", false),
      score === scoreBefore
        ? check(`same score, ${score}`, true)
        : check(`score ${score}, was ${scoreBefore}`, score > scoreBefore),
    );
    this.#showOwner("died", killed);
    this.#show("has it now", "…");
    this.#show("ticks lost", String(ticksLost));
    this.#show("epoch", String(epoch));
    this.commands(takeover, false);
    this.#set("back");
    this.#untilMs = nowMs + BACK_FOR_MS;
  }

  next(owner: Owner | undefined): void {
    this.#showOwner("has it now", owner);
  }

  commands({ waited, resent }: Takeover, isAnswered: boolean): void {
    const again = resent === 0 ? "" : `, ${resent} sent again`;
    this.#show(
      "commands",
      waited === 0 ? "none waited" : `${waited} waited${again}${isAnswered ? ", each ran once" : ""}`,
    );
  }

  failed(why: string, nowMs: number): void {
    setText(this.#title, "Not killed");
    setText(this.#line, why);
    this.#set("failed");
    this.#untilMs = nowMs + BACK_FOR_MS;
  }

  close(): void {
    this.#set("off");
  }

  /** Once a frame. `patchAtMs`: when the last picture came. */
  frame(nowMs: number, patchAtMs: number): void {
    if (this.#phase === "off") return;
    if (this.#phase === "dead") this.#time.data = String(Math.max(0, Math.round(nowMs - patchAtMs)));
    else if (nowMs > this.#untilMs) this.#set("off");
  }

  #set(phase: Phase): void {
    this.#phase = phase;
    this.root.dataset.phase = phase;
    this.root.hidden = phase === "off";
  }

  #fact(fact: Fact): HTMLElement {
    const value = element("dd");
    value.dataset.fact = fact;
    this.#values.set(fact, value);
    return element("div", "kill-fact", element("dt", "", fact), value);
  }

  /** As people tell a process from another: its pid, and the first letters of its id. */
  #showOwner(fact: Fact, owner: Owner | undefined): void {
    this.#show(fact, owner === undefined ? "not told" : `pid ${owner.pid}`);
    if (owner !== undefined) this.#values.get(fact)!.append(element("span", "", ` ${owner.processId.slice(0, 4)}`));
  }

  #show(fact: Fact, text: string): void {
    setText(this.#values.get(fact)!, text);
  }
}

function check(text: string, isGood: boolean): HTMLElement {
  const item = element("li", "", text);
  item.dataset.good = String(isGood);
  return item;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
