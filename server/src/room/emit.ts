/** Events on their way out of the game: checked, then told to our clients exactly once, and to stock ones as messages. */
import type { Client } from "@colyseus/core";
import {
  contractOf,
  fieldIssues,
  issueText,
  ItemKind,
  type Mailbox,
  pack,
  type RoomType,
} from "@ninelives/shared-schema";
import type { Recipients } from "./game-room.ts";
import type { RoomRuntime } from "./room-runtime.ts";

/** Throws a TypeError for a payload that does not fit the type, in the game's own stack. A filter that throws loses its event. */
export function emit(
  runtime: RoomRuntime<RoomType>,
  name: string,
  payload: unknown,
  to: Recipients | undefined,
  onFault: (error: unknown) => void,
): void {
  const { type, sessions, delivery, outbox } = runtime;
  const parsed = type.events[name]!.safeParse(payload);
  if (!parsed.success) throw new TypeError(`event "${name}": ${issueText(fieldIssues(parsed.error.issues))}`);
  const ours: Mailbox[] = [];
  let receivers: Client[];
  try {
    receivers = recipients(sessions, to);
  } catch (error) {
    onFault(error);
    return;
  }
  for (const client of receivers) {
    const mailbox = delivery.mailbox(client.sessionId);
    if (mailbox !== undefined) ours.push(mailbox);
    else outbox.stage(() => sessions.client(client.sessionId)?.send(name, parsed.data));
  }
  if (ours.length === 0) return;
  const packed = pack(parsed.data);
  const body = new Uint8Array(1 + packed.length);
  body[0] = contractOf(type).events.indexOf(name);
  body.set(packed, 1);
  delivery.tell(ours, { kind: ItemKind.EVENT, body });
}

function recipients(
  sessions: Iterable<Client> & { client(id: string): Client | undefined },
  to?: Recipients,
): Client[] {
  if (to === undefined) return [...sessions];
  if (typeof to === "function") return [...sessions].filter(to);
  const client = sessions.client(to.sessionId);
  return client === undefined ? [] : [client];
}
