/** What a match that goes on has of names that its room type may not have any more: events nobody got yet, and topics. */
import {
  contractOf,
  declaredFor,
  declaredTopic,
  type HostMemory,
  ItemKind,
  type Mailboxes,
  type RoomType,
  unpack,
} from "@ninelives/shared-schema";
import { readSubscriptionKey } from "../topics/audience.ts";

/**
 * What was told keeps its event, whatever number this has now; `was`: the names by the numbers it has. An event that the type has not any
 * more, or, of an earlier version, one whose payload does not fit any more, is told as a gap.
 */
export function readdress(mailboxes: Mailboxes, was: readonly string[], type: RoomType, isEarlier: boolean): void {
  const { events } = contractOf(type);
  const isSame = was.length === events.length && was.every((name, place) => name === events[place]);
  if (isSame && !isEarlier) return;
  mailboxes.revise((told) => {
    if (told.kind !== ItemKind.EVENT) return told;
    const name = was[told.body[0]!] ?? "";
    const number = events.indexOf(name);
    if (number === -1) return undefined;
    if (isEarlier && !type.events[name]!.safeParse(unpack(told.body.subarray(1))).success) return undefined;
    const body = told.body.slice();
    body[0] = number;
    return { ...told, body };
  });
}

/** Topics that the type does not declare any more have neither history nor readers. */
export function forgetTopics({ seats, topics }: HostMemory, type: RoomType): void {
  for (const topic of topics.keys()) if (declaredTopic(type, topic) === undefined) topics.delete(topic);
  for (const seat of seats.values()) {
    for (const key of seat.topics.keys()) {
      if (declaredFor(type, readSubscriptionKey(key).pattern).length === 0) seat.topics.delete(key);
    }
  }
}
