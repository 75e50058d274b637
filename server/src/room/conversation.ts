/**
 * What a game room hears from its players besides inputs: our clients' frames (commands and acknowledgements), and stock
 * clients' messages that are named like a command. Bytes that our client never sends close that one connection for good; one whose
 * commands do not fit is closed to come again: a frame that was passed over would be a hole in its numbers.
 */
import type { Client, MessageContext, Room } from "@colyseus/core";
import {
  CloseReason,
  CODES,
  contractOf,
  DELIVERY_CHANNEL,
  NetError,
  type PublishRequest,
  readClientFrame,
  type RoomType,
  type SubscribeRequest,
  TOPIC_COMMAND_SPECS,
  type TopicCommand,
  type UnsubscribeRequest,
} from "@ninelives/shared-schema";
import { type BoundCommand, Commands } from "../inbox/commands.ts";
import { type Prepared, prepared } from "../inbox/prepared.ts";
import type { Metrics } from "../inspect/metrics.ts";
import type { RoomTopics } from "../topics/room-topics.ts";
import type { RoomRuntime } from "./room-runtime.ts";

/** When a client comes again whose commands did not fit, ms. */
const FULL_RETRY_MS = 200;

export interface ConversationOptions {
  readonly room: Room;
  readonly type: RoomType;
  readonly runtime: RoomRuntime<RoomType>;
  /** The game's handlers, by name. */
  readonly handlers: object;
  readonly topics: RoomTopics;
  readonly metrics: Metrics;
  readonly onFault: (error: unknown, where: string) => void;
}

/** Listens from now on. Throws a TypeError when a command of the type has no handler. */
export function converse(options: ConversationOptions): void {
  const { room, type, metrics } = options;
  const { delivery } = options.runtime;
  const commands = commandsOf(options);
  for (const name of Object.keys(type.commands)) {
    const answer = async (client: Client, payload: unknown, context?: MessageContext): Promise<unknown> => {
      const outcome = await commands.requested(client.sessionId, name, payload);
      if (outcome.ok) return outcome.result;
      const { name: fault, code, message, details } = outcome.fault;
      return context?.reject({ name: fault, code, message, details });
    };
    room.onMessage(name, answer as unknown as () => void);
  }
  /** What comes on a connection that is being closed is not heard: after a hole nothing may follow. */
  const closing = new WeakSet<Client>();
  room.onMessageBytes(DELIVERY_CHANNEL, (client: Client, bytes: Uint8Array) => {
    if (closing.has(client)) return;
    try {
      const mailbox = delivery.mailbox(client.sessionId);
      if (mailbox === undefined) throw new RangeError("a client that greets expected");
      const { ack, command } = readClientFrame(bytes);
      if (ack !== undefined) delivery.acked(mailbox, ack);
      if (command !== undefined) commands.arrived(client.sessionId, mailbox, command);
    } catch (error) {
      const isFull = error instanceof NetError && error.name === "INBOX_FULL";
      if (!isFull && !(error instanceof RangeError)) throw error;
      closing.add(client);
      metrics.refused("socket", isFull ? "INBOX_FULL" : "BAD_FRAME");
      if (isFull) client.leave(CODES.MAY_TRY_RECONNECT.code, CloseReason.retryAfter(FULL_RETRY_MS));
      else client.leave(CODES.BAD_FRAME.code, error.message.slice(0, 123));
    }
  });
}

/** What every room type has. */
function topicCommands(topics: RoomTopics): Record<TopicCommand, BoundCommand> {
  const { $subscribe, $unsubscribe, $publish } = TOPIC_COMMAND_SPECS;
  return {
    $subscribe: {
      spec: $subscribe,
      handler: prepared(
        (_client, request: SubscribeRequest) => topics.fetch(request),
        (client, request, fetched) => topics.subscribe(client, request, fetched),
      ) as Prepared<unknown, unknown>,
    },
    $unsubscribe: {
      spec: $unsubscribe,
      handler: (client, request) => topics.unsubscribe(client, request as UnsubscribeRequest),
    },
    $publish: {
      spec: $publish,
      handler: prepared(
        (client, request: PublishRequest, { id }) => topics.post(client, request, id),
        (client, request, posted) => posted ?? topics.publish(client, request),
      ) as Prepared<unknown, unknown>,
    },
  };
}

function commandsOf({ room, type, runtime, handlers, topics, metrics, onFault }: ConversationOptions): Commands {
  const { inbox, outbox, delivery, sessions } = runtime;
  const byName = handlers as Readonly<Record<string, BoundCommand["handler"] | undefined>>;
  const bound = new Map<string, BoundCommand>(Object.entries(topicCommands(topics)));
  for (const [name, spec] of Object.entries(type.commands)) {
    const handler = byName[name];
    if (handler === undefined)
      throw new TypeError(`room type "${type.name}": command "${name}" has no handler in its room class`);
    bound.set(name, { spec, handler: typeof handler === "function" ? handler.bind(room) : handler });
  }
  return new Commands({
    names: contractOf(type).commands,
    bound,
    typeVersion: type.version,
    inbox,
    outbox,
    delivery,
    client: (sessionId) => sessions.client(sessionId),
    elapsedMs: () => runtime.elapsedMs,
    onFault: (error, name) => onFault(error, `command ${name}`),
    onRefused: ({ name }) => metrics.refused(type.name, name),
  });
}
