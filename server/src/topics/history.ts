/** What a room keeps of its own topics, in its memory: so the log has it, and the next owner goes on with the same numbers. */
import {
  type HostMemory,
  LIMITS,
  TopicHistory,
  TopicMessage,
  type TopicMessageItem,
  type TopicStanding,
} from "@ninelives/shared-schema";

export class Histories {
  readonly #memory: HostMemory;
  readonly #newEpoch: () => string;

  constructor(memory: HostMemory, newEpoch: () => string) {
    this.#memory = memory;
    this.#newEpoch = newEpoch;
  }

  get topics(): Iterable<string> {
    return this.#memory.topics.keys();
  }

  /** Numbers the message and keeps it. undefined: the room has LIMITS.topicsPerRoom topics already, and this is another one. */
  append(topic: string, from: string, payload: Uint8Array, keep: number): TopicMessageItem | undefined {
    if (this.#memory.topicEpoch === "") this.#memory.topicEpoch = this.#newEpoch();
    let history = this.#memory.topics.get(topic);
    if (history === undefined) {
      if (this.#memory.topics.size >= LIMITS.topicsPerRoom) return undefined;
      history = new TopicHistory();
      this.#memory.topics.set(topic, history);
    }
    const offset = history.offset + 1;
    const text = Buffer.from(payload).toString("base64");
    history.offset = offset;
    if (keep === 0) {
      history.first = offset + 1;
      return { topic, epoch: this.#memory.topicEpoch, offset, from, payload };
    }
    history.bytes += text.length;
    history.messages.set(String(offset), new TopicMessage().assign({ offset, from, payload: text }));
    while (history.messages.size > keep || history.bytes > LIMITS.topicHistoryBytes) dropOldest(history);
    return { topic, epoch: this.#memory.topicEpoch, offset, from, payload };
  }

  /** Where the topic stands, with the kept messages above `after`; offset 0 without an epoch for one nobody has written to. */
  read(topic: string, after: number): TopicStanding {
    const history = this.#memory.topics.get(topic);
    if (history === undefined) return { topic, epoch: "", offset: 0, first: 1, messages: [] };
    const { offset, first } = history;
    const messages: TopicStanding["messages"] = [];
    for (let place = Math.max(first, after + 1); place <= offset; place++) {
      const { from, payload } = history.messages.get(String(place))!;
      messages.push({ offset: place, from, payload: Buffer.from(payload, "base64") });
    }
    return { topic, epoch: this.#memory.topicEpoch, offset, first, messages };
  }
}

function dropOldest(history: TopicHistory): void {
  const key = String(history.first++);
  history.bytes -= history.messages.get(key)!.payload.length;
  history.messages.delete(key);
}
