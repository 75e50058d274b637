/** The topics of a room type, their defaults filled in, and which of them a name or a pattern means. */
import { LIMITS } from "../protocol/limits.ts";
import type { RoomType } from "../room-type.ts";
import { couldBeSame, isPattern, isTopic, levelsFit } from "./names.ts";
import type { TopicScope, TopicSpec } from "./spec.ts";

/** A declared topic, its defaults filled in. */
export interface DeclaredTopic {
  readonly name: string;
  readonly levels: readonly string[];
  readonly payload: TopicSpec["payload"];
  /** Messages kept of each concrete topic. */
  readonly history: number;
  readonly scope: TopicScope;
}

const made = new WeakMap<RoomType, readonly DeclaredTopic[]>();

function declaredTopics(type: RoomType): readonly DeclaredTopic[] {
  let declared = made.get(type);
  if (declared === undefined) {
    declared = Object.entries(type.topics).map(([name, { payload, history, scope }]) => ({
      name,
      levels: name.split("/"),
      payload,
      history: history ?? LIMITS.topicHistory,
      scope: scope ?? "room",
    }));
    made.set(type, declared);
  }
  return declared;
}

/** The one declaration a concrete topic has; undefined when it has none. */
export function declaredTopic(type: RoomType, topic: string): DeclaredTopic | undefined {
  if (!isTopic(topic)) return undefined;
  const levels = topic.split("/");
  return declaredTopics(type).find((declared) => levelsFit(declared.levels, levels));
}

/** The declarations of which a topic may fit the pattern. */
export function declaredFor(type: RoomType, pattern: string): DeclaredTopic[] {
  return isPattern(pattern) ? declaredTopics(type).filter(({ levels }) => couldBeSame(levels, pattern.split("/"))) : [];
}
