/**
 * What a game room hears from its players besides inputs: our clients' frames (commands and acknowledgements), and stock
 * clients' messages that are named like a command. Bytes that our client never sends close that one connection.
 */
import type { Client, MessageContext, Room } from "@colyseus/core";
import { CODES, contractOf, DELIVERY_CHANNEL, readClientFrame, type RoomType } from "@ninelives/shared-schema";
import { type BoundCommand, Commands } from "../inbox/commands.ts";
import type { Metrics } from "../inspect/metrics.ts";
import type { RoomRuntime } from "./room-runtime.ts";

export interface ConversationOptions {
  readonly room: Room;
  readonly type: RoomType;
  readonly runtime: RoomRuntime<RoomType>;
  /** The game's handlers, by name. */
  readonly handlers: object;
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
  room.onMessageBytes(DELIVERY_CHANNEL, (client: Client, bytes: Uint8Array) => {
    try {
      const mailbox = delivery.mailbox(client.sessionId);
      if (mailbox === undefined) throw new RangeError("a client that greets expected");
      const { ack, command } = readClientFrame(bytes);
      if (ack !== undefined) delivery.acked(mailbox, ack);
      if (command !== undefined) commands.arrived(client.sessionId, mailbox, command);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      metrics.refused("socket", "BAD_FRAME");
      client.leave(CODES.BAD_FRAME.code, error.message.slice(0, 123));
    }
  });
}

function commandsOf({ room, type, runtime, handlers, metrics, onFault }: ConversationOptions): Commands {
  const { inbox, outbox, delivery, sessions } = runtime;
  const byName = handlers as Readonly<Record<string, BoundCommand["handler"] | undefined>>;
  const bound = new Map<string, BoundCommand>();
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
