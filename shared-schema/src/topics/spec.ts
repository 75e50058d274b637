/** What a room type says of its topics. */
import type { z } from "zod";
import { LIMITS } from "../protocol/limits.ts";
import { areLevels, couldBeSame, LEVEL } from "./names.ts";

/** `room`: heard in this room. `host`: heard in every room that declares it, on every process of the host. */
export type TopicScope = "room" | "host";

export interface TopicSpec {
  /** What is said: plain data, it travels as msgpack. */
  readonly payload: z.ZodType;
  /** Messages kept of each concrete topic, whole. Range [0, 500]. Default 50. */
  readonly history?: number;
  /** Default `room`. */
  readonly scope?: TopicScope;
}

/** Declared name -> what is said there: 1 to 8 levels of a-z, A-Z, 0-9, `_`, `-`, with `/` between, or `*` for a level. */
export type TopicMap = Readonly<Record<string, TopicSpec>>;

/** Throws a RangeError for a name or a number that is out of its range, and for two declarations one topic would fit. */
export function checkTopics(at: string, topics: TopicMap): void {
  const names = Object.keys(topics);
  if (names.length > LIMITS.topicNames) {
    throw new RangeError(`${at}: topics: at most ${LIMITS.topicNames} names expected, ${names.length} got`);
  }
  for (const [place, name] of names.entries()) {
    const levels = name.split("/");
    if (name.length > LIMITS.topicChars || !areLevels(levels.map((level) => (level === "*" ? "any" : level)))) {
      throw new RangeError(`${at}: topics: "${name}": 1 to ${LIMITS.topicLevels} levels, each ${LEVEL} or *, expected`);
    }
    const { history = LIMITS.topicHistory, scope } = topics[name]!;
    if (!Number.isInteger(history) || history < 0 || history > LIMITS.topicHistoryMax) {
      const range = `a whole number from 0 to ${LIMITS.topicHistoryMax}`;
      throw new RangeError(`${at}: topics: "${name}": history: ${range} expected, ${history} got`);
    }
    if (scope !== undefined && scope !== "room" && scope !== "host") {
      throw new RangeError(`${at}: topics: "${name}": scope: room or host expected, ${String(scope)} got`);
    }
    const twin = names.slice(0, place).find((other) => couldBeSame(other.split("/"), levels));
    if (twin !== undefined)
      throw new RangeError(`${at}: topics: "${twin}" and "${name}" would fit one and the same topic`);
  }
}
