/** What a subscriber is told first: where a topic stands, and the messages that were asked for. */
import type { SubscribeRequest, TopicMessageItem, TopicStanding } from "@ninelives/shared-schema";

/** As it stands now: with what was heard after it was read. */
export function withLater(standing: TopicStanding, heard: readonly TopicMessageItem[]): TopicStanding {
  const later = heard.filter(({ topic, epoch, offset }) => {
    const isSame = standing.offset === 0 || epoch === standing.epoch;
    return topic === standing.topic && isSame && offset > standing.offset;
  });
  const last = later.at(-1);
  if (last === undefined) return standing;
  return { ...standing, epoch: last.epoch, offset: last.offset, messages: [...standing.messages, ...later] };
}

/** Everything after the position the subscriber has of the topic; without one the newest few. */
export function onlyWanted(standing: TopicStanding, history: number, since: SubscribeRequest["since"]): TopicStanding {
  const { topic, epoch, offset, messages } = standing;
  const position = since.find((other) => other.topic === topic);
  const after = position === undefined ? offset - history : position.epoch === epoch ? position.offset : 0;
  return { ...standing, messages: messages.filter((message) => message.offset > after) };
}
