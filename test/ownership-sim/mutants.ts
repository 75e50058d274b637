/** Faults put into store, processes and players on purpose, from outside; and what each of them looks like to the checker. */
import { Mailbox } from "@ninelives/shared-schema";
import { CommandOutbox } from "../../client/src/delivery/command-outbox.ts";
import { Redo } from "../../client/src/delivery/redo.ts";
import type { Journal, JournalBatch } from "../../server/src/log/journal.ts";
import { MemoryJournal } from "../../server/src/log/memory-journal.ts";
import { RoomLog } from "../../server/src/log/room-log.ts";
import { Lease } from "../../server/src/ownership/lease.ts";
import type { Members } from "../../server/src/ownership/members.ts";
import { MemoryMembers } from "../../server/src/ownership/memory-members.ts";
import { mutate, replace } from "../support/mutate.ts";
import { SimStore } from "./sim-store.ts";
import { StoreLink } from "./store-link.ts";
import type { Trouble } from "./storm.ts";

/** Worlds in which each has to be found. */
export const SEEDS = 40;

export interface Mutant {
  readonly what: string;
  /** What the checker says. */
  readonly said: RegExp;
  /** In storms that may do this, rare in those of the dice; undefined: in those of the dice. */
  readonly troubles?: readonly Trouble[];
  /** First seed, picked by search where the dice seldom bring what it takes. */
  readonly from: number;
  breed(): void;
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: "a store without a fence takes what an earlier owner appends",
    said: /was taken after epoch/,
    from: 1,
    breed: () =>
      mutate(MemoryJournal.prototype, "append", async (journal, append, roomId, batch) => {
        const head = await journal.head(roomId);
        if (head === undefined || head.epoch <= batch.epoch) return append(roomId, batch);
        await append(roomId, { ...batch, epoch: head.epoch, number: head.number + 1 });
        return { epoch: batch.epoch, number: batch.number, state: "" };
      }),
  },
  {
    what: "a store takes a batch although one before it is missing",
    said: /was taken after number/,
    from: 1,
    breed: () =>
      mutate(MemoryJournal.prototype, "append", async (journal, append, roomId, batch) => {
        const head = await journal.head(roomId);
        const next = head?.epoch === batch.epoch ? head.number + 1 : batch.number;
        for (let number = next; number < batch.number; number++)
          await append(roomId, { ...batch, number, begins: false, chunks: [] });
        return append(roomId, batch);
      }),
  },
  {
    what: "epochs do not follow the clock: a store that went back gives one twice",
    said: /has two owners/,
    from: 20,
    troubles: ["back", "down", "crash", "relapse", "mute"],
    breed: () => mutate(SimStore.prototype, "wallMs", () => 0),
  },
  {
    what: "a store that forgot somebody says that it remembers",
    said: /is gone/,
    from: 1,
    troubles: ["empty", "hang"],
    breed: () =>
      mutate(MemoryMembers.prototype, "connect", (_, connect, processId) => {
        const members = connect(processId) as Members;
        const beat: Members["beat"] = async (...beaten) => ({ ...(await members.beat(...beaten)), isRemembered: true });
        return { ...members, beat };
      }),
  },
  {
    what: "a lease never ends: a process that was stopped or is cut off does not freeze its rooms",
    said: /after .* took it/,
    from: 1,
    troubles: ["cut"],
    breed() {
      replace(Lease.prototype, "isValid", { get: () => true });
      replace(Lease.prototype, "endsAtMs", { get: () => Number.POSITIVE_INFINITY });
    },
  },
  {
    what: "an owner takes no answer for a yes",
    said: /before it was committed|answered and is lost/,
    from: 1,
    breed: () =>
      mutate(StoreLink.prototype, "to", (_, to, target, names) => {
        const near = to(target, names) as Journal;
        if (!(names as readonly string[]).includes("append")) return near;
        const yes = ({ epoch, number }: JournalBatch) => ({ epoch, number, state: "" as const });
        return {
          ...near,
          append: (roomId: string, batch: JournalBatch) => near.append(roomId, batch).catch(() => yes(batch)),
        };
      }),
  },
  {
    what: "an owner tells results before the log has them",
    said: /before it was committed/,
    from: 1,
    breed: () =>
      mutate(RoomLog.prototype, "entry", (_, entry, at, sections, onCommitted) => {
        entry(at, sections, () => undefined);
        onCommitted();
      }),
  },
  {
    what: "an owner takes a command that has run for a new one",
    said: /ran twice/,
    from: 1,
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
    },
  },
  {
    what: "a player forgets a command as soon as it is answered",
    said: /answered and is lost/,
    from: 1,
    troubles: ["back", "crash", "down"],
    breed: () => mutate(Redo.prototype, "keep", () => undefined),
  },
  {
    what: "a player does not send again what the connection lost",
    said: /were answered|is not served|answered and is lost/,
    from: 1,
    breed: () =>
      mutate(CommandOutbox.prototype, "opened", ({ pending }, opened, commandId) =>
        opened(Math.max(commandId, ...pending.map(({ id }) => id))),
      ),
  },
];
