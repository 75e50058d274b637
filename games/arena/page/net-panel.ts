/** What the connection and the prediction do, in numbers. Read a few times a second and only while it is open. */
import type { Room } from "@ninelives/client";
import type { Arena } from "../arena.type.ts";
import { element, setText } from "../../page/dom.ts";
import { Sparkline } from "./sparkline.ts";
import { type Histogram, latenessP99Ms, readHistogram } from "./tick-lateness.ts";

const READ_EVERY_MS = 250;
const METRICS_EVERY_MS = 2_000;

interface Row {
  readonly value: HTMLElement;
  readonly graph: Sparkline | undefined;
}

export class NetPanel {
  readonly root = element("section", "net");
  readonly #room: Room<typeof Arena>;
  readonly #metricsUrl: string;
  readonly #takeCorrectionPx: () => number;
  readonly #rows = new Map<string, Row>();
  #readAtMs = 0;
  #askedAtMs = 0;
  #frames = 0;
  #histogram: Histogram | undefined;
  #lateness = "…";

  constructor(room: Room<typeof Arena>, serverUrl: string, takeCorrectionPx: () => number) {
    this.#room = room;
    this.#metricsUrl = `${serverUrl}/metrics`;
    this.#takeCorrectionPx = takeCorrectionPx;
    this.root.hidden = true;
    this.root.setAttribute("aria-label", "Connection");
    this.#addRow("connection");
    this.#addRow("round trip", 40);
    this.#addRow("jitter", 10);
    this.#addRow("patches", 40);
    this.#addRow("patch bytes", 4_000);
    this.#addRow("correction", 2);
    this.#addRow("tick late p99");
    this.#addRow("ships, shots");
    this.#addRow("frames", 60);
  }

  toggle(): void {
    this.root.hidden = !this.root.hidden;
  }

  /** Once a frame. */
  update(nowMs: number): void {
    this.#frames++;
    const spanMs = nowMs - this.#readAtMs;
    if (this.root.hidden || spanMs < READ_EVERY_MS) return;
    const { rttMs, jitterMs, patchesPerSecond, patchBytesPerSecond } = this.#room.net.read();
    const correctionPx = this.#takeCorrectionPx();
    const framesPerSecond = (this.#frames * 1000) / spanMs;
    const { ships, shots } = this.#room.state;
    this.#show("connection", this.#room.connection.state);
    this.#show("round trip", `${rttMs.toFixed(0)} ms`, rttMs);
    this.#show("jitter", `${jitterMs.toFixed(1)} ms`, jitterMs);
    this.#show("patches", `${patchesPerSecond.toFixed(0)} /s`, patchesPerSecond);
    this.#show("patch bytes", `${(patchBytesPerSecond / 1000).toFixed(1)} kB/s`, patchBytesPerSecond);
    this.#show("correction", `${correctionPx.toFixed(2)} px`, correctionPx);
    this.#show("tick late p99", this.#lateness);
    this.#show("ships, shots", `${ships.size}, ${shots.size}`);
    this.#show("frames", `${framesPerSecond.toFixed(0)} /s`, framesPerSecond);
    this.#readAtMs = nowMs;
    this.#frames = 0;
    if (nowMs - this.#askedAtMs < METRICS_EVERY_MS) return;
    this.#askedAtMs = nowMs;
    void this.#askServer();
  }

  async #askServer(): Promise<void> {
    try {
      const answer = await fetch(this.#metricsUrl);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const histogram = readHistogram(await answer.text(), this.#room.type.name);
      const p99Ms = this.#histogram === undefined ? undefined : latenessP99Ms(this.#histogram, histogram);
      if (p99Ms !== undefined) this.#lateness = `${p99Ms.toFixed(1)} ms`;
      this.#histogram = histogram;
    } catch {
      this.#lateness = "not told";
    }
  }

  #addRow(name: string, graphFloor?: number): void {
    const value = element("dd");
    value.dataset.row = name;
    const graph = graphFloor === undefined ? undefined : new Sparkline(graphFloor);
    this.#rows.set(name, { value, graph });
    this.root.append(
      element("div", "net-row", element("dt", "", name), value, graph?.canvas ?? element("span", "spark")),
    );
  }

  #show(name: string, text: string, reading?: number): void {
    const { value, graph } = this.#rows.get(name)!;
    setText(value, text);
    if (reading !== undefined) graph?.add(reading);
  }
}
