/**
 * Faults put into client, server and network on purpose: each has to be found by the checker within a few worlds. One that is not
 * would mean that the checker, or the weather, looks away. What the product has to bear is bred here as well, and must not be found.
 */
import assert from "node:assert/strict";
import { ClientState } from "@colyseus/core";
import { BYTES_OPCODE, DELIVERY_CHANNEL, ItemKind, Mailbox, type TopicStanding } from "@ninelives/shared-schema";
import { afterEach, describe, it } from "mocha";
import { CommandOutbox } from "../../client/src/delivery/command-outbox.ts";
import { Seat } from "../../client/src/connection/seat.ts";
import { EventInbox } from "../../client/src/delivery/event-inbox.ts";
import { Session } from "../../client/src/session.ts";
import { Inbox } from "../../server/src/inbox/inbox.ts";
import { Delivery } from "../../server/src/outbox/delivery.ts";
import { SeatTokens } from "../../server/src/session/seat-tokens.ts";
import { Histories } from "../../server/src/topics/history.ts";
import { mutate, replace, restoreAll } from "../support/mutate.ts";
import { SimLine } from "../support/sim/sim-link.ts";
import { runWorld, type WorldSize } from "../support/sim/world.ts";

/** Worlds in which each has to be found. */
const SEEDS = 50;
const SIZE: WorldSize = { stormTicks: 200, commandsPerTick: 0.3 };
/** Worlds in which what has to be borne is not found. */
const BORNE_SEEDS = 10;

/** True at every `count`-th call. */
function every(count: number): () => boolean {
  let calls = 0;
  return () => ++calls % count === 0;
}

/** Frames of commands, answers and events. */
function isDelivery(frame: Uint8Array): boolean {
  return frame[0] === BYTES_OPCODE && frame[1] === DELIVERY_CHANNEL;
}

interface Mutant {
  readonly what: string;
  /** What the checker says first. */
  readonly said: RegExp;
  breed(): void;
}

const MUTANTS: readonly Mutant[] = [
  {
    what: "a network that loses a client's frame and says nothing",
    said: /never ran|never answered|lost/,
    breed() {
      const isLost = every(20);
      mutate(SimLine.prototype, "send", (_, send, frame) => (isDelivery(frame) && isLost() ? undefined : send(frame)));
    },
  },
  {
    what: "a client that does not send again what the connection lost",
    said: /never ran|never answered|lost/,
    breed: () =>
      mutate(CommandOutbox.prototype, "opened", ({ pending }, opened, commandId) =>
        opened(Math.max(commandId, ...pending.map(({ id }) => id))),
      ),
  },
  {
    what: "a client that forgets the commands of the page before",
    said: /lost with its page/,
    breed: () => mutate(CommandOutbox.prototype, "restore", () => undefined),
  },
  {
    what: "a client that tells an event twice",
    said: /was told/,
    breed() {
      const isTwice = every(10);
      mutate(EventInbox.prototype, "arrived", (_, arrived, seq, isEvent, tell) => {
        const again = isEvent && isTwice() ? tell : () => {};
        arrived(seq, isEvent, () => {
          tell();
          again();
        });
      });
    },
  },
  {
    what: "a client that loses an event",
    said: /is due|told or missed/,
    breed() {
      const isLost = every(10);
      mutate(EventInbox.prototype, "arrived", (_, arrived, seq, isEvent, tell) =>
        arrived(seq, isEvent, isEvent && isLost() ? () => {} : tell),
      );
    },
  },
  {
    what: "a server that says a message of a topic twice",
    said: /was said twice/,
    breed() {
      const isTwice = every(10);
      mutate(Histories.prototype, "append", (_, append, ...message) => {
        if (isTwice()) append(...message);
        return append(...message);
      });
    },
  },
  {
    what: "a server that forgets a message of a topic",
    said: /heard|was due|never answered|gaps/,
    breed() {
      const isLost = every(10);
      mutate(Histories.prototype, "read", (_, read, topic, after) => {
        const standing = read(topic, after) as TopicStanding;
        return isLost() ? { ...standing, messages: standing.messages.slice(0, -1) } : standing;
      });
    },
  },
  {
    what: "a client that forgets at a reload what it was told last",
    said: /is due|told or missed|a gap from/,
    breed: () =>
      mutate(Session.prototype, "restore", (_, restore, seat) =>
        restore({ ...seat, eventSeq: Math.max(0, seat.eventSeq - 1) }),
      ),
  },
  {
    what: "a server that takes a command it ran for a new one",
    said: /ran twice/,
    breed() {
      const watermark = Object.getOwnPropertyDescriptor(Mailbox.prototype, "commandId")!;
      const ran = (mailbox: Mailbox) => watermark.get!.call(mailbox) as number;
      replace(Mailbox.prototype, "commandId", {
        get(this: Mailbox) {
          return Math.max(0, ran(this) - 3);
        },
      });
      mutate(Mailbox.prototype, "answer", (mailbox, answer, result) => {
        if (result.id > ran(mailbox)) answer(result);
      });
      mutate(Delivery.prototype, "accepted", () => undefined);
    },
  },
  {
    what: "a server that answers with the result of the command before",
    said: /its page got/,
    breed() {
      let last: Uint8Array | undefined;
      mutate(Delivery.prototype, "answer", (_, answer, mailbox, result) => {
        answer(mailbox, { ...result, body: result.isFault ? result.body : (last ?? result.body) });
        if (!result.isFault) last = result.body;
      });
    },
  },
  {
    what: "a server that says of a command that it waits, and forgets it",
    said: /never ran|never answered|lost/,
    breed() {
      const isForgotten = every(20);
      mutate(Inbox.prototype, "command", (_, command, sessionId, fn) =>
        isForgotten() ? undefined : command(sessionId, fn),
      );
    },
  },
  {
    what: "a server that lets two commands change places",
    said: /ran after|never ran|never answered|lost/,
    breed() {
      const isLate = every(10);
      let late: (() => void) | undefined;
      mutate(Inbox.prototype, "command", (_, command, sessionId, fn) => {
        if (late === undefined && isLate()) {
          late = () => command(sessionId, fn);
          return;
        }
        command(sessionId, fn);
        late?.();
        late = undefined;
      });
    },
  },
  {
    what: "a server that tells events at once, before their patch",
    said: /before the patch of its tick/,
    breed: () =>
      mutate(Delivery.prototype, "tell", (delivery, tell, ...told) => {
        tell(...told);
        delivery.seal()();
      }),
  },
  {
    what: "a server that keeps an event less than a client that is away may miss",
    said: /a gap from|told or missed/,
    breed: () => mutate(Mailbox.prototype, "acked", (_, acked, ack) => acked({ ...ack, eventSeq: ack.eventSeq + 1 })),
  },
  {
    what: "a server that takes a token for stored when it has told it",
    said: /REPLACED|SESSION_REVOKED|pages hold one seat|told or missed/,
    breed: () =>
      mutate(SeatTokens.prototype, "tell", (tokens, tell, client) => {
        tell(client);
        const { state } = client;
        client.state = ClientState.JOINED;
        tokens.hearStored();
        client.state = state;
      }),
  },
  {
    what: "a client that goes on keeping the token it began with",
    said: /REPLACED|SESSION_REVOKED|pages hold one seat|lost with its page/,
    breed() {
      const first = new WeakMap<Seat, string>();
      mutate(Seat.prototype, "kept", (seat, kept, has) => {
        const now = kept(has) as ReturnType<Seat["kept"]>;
        if (!first.has(seat)) first.set(seat, now.token);
        return { ...now, token: first.get(seat)! };
      });
    },
  },
];

/** The first fault of the first world that has one. */
async function hunt(seeds: number): Promise<string> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { faults } = await runWorld(seed, SIZE);
    if (faults[0] !== undefined) return faults[0];
  }
  return "";
}

describe("mutants", function () {
  this.timeout(60_000);
  afterEach(restoreAll);

  for (const mutant of MUTANTS) {
    it(`[SIM2] ${mutant.what}: found within ${SEEDS} worlds`, async () => {
      mutant.breed();
      assert.match(await hunt(SEEDS), mutant.said);
    });
  }

  it("[SIM2][CMD5] a client's frames that come twice are borne: none of its commands runs twice", async () => {
    const isTwice = every(5);
    mutate(SimLine.prototype, "send", (_, send, frame) => {
      send(frame);
      if (isDelivery(frame) && isTwice()) send(frame);
    });
    assert.equal(await hunt(BORNE_SEEDS), "");
  });

  it("[SIM2][EV4] a server's answers and events that come twice are borne: none is told twice", async () => {
    const isTwice = every(5);
    mutate(SimLine.prototype, "toClient", (_, toClient, frame) => {
      toClient(frame);
      if (isDelivery(frame) && frame[2] !== ItemKind.WELCOME && isTwice()) toClient(frame);
    });
    assert.equal(await hunt(BORNE_SEEDS), "");
  });
});
