/** A room whose `open` waits for a bank outside of it, answered by the test; `note` waits for nothing. */
import { connect, type Client, type Room } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom, prepared } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const PERIOD_MS = 20;
const payload = z.object({ what: z.string().min(1) });
const result = z.object({ what: z.string(), tick: z.number() });

const VaultState = schema({ opened: t.uint32().default(0) }, "VaultState");

export const Vault = defineRoomType({
  name: "vault",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 4,
  state: VaultState,
  commands: { open: { payload, result }, note: { payload, result } },
});

/** A question to the bank that was not answered yet. */
interface Question {
  readonly what: string;
  readonly sessionId: string;
  readonly id: number;
  answer(code: string): void;
  fail(error: unknown): void;
}

export class VaultRoom extends GameRoom<typeof Vault> {
  /** `<what>` asked, `<what> <code>` applied, in order. */
  readonly trace: string[] = [];
  readonly asked: Question[] = [];

  override readonly commands: CommandHandlers<typeof Vault> = {
    open: prepared(
      ({ sessionId }, { what }, { id }) =>
        new Promise<string>((answer, fail) => {
          this.trace.push(`ask ${what}`);
          this.asked.push({ what, sessionId, id, answer, fail });
        }),
      (_client, { what }, code) => {
        if (code === "wrong") this.refuse("the bank says no");
        this.trace.push(`open ${what} ${code}`);
        this.state.opened++;
        return { what, tick: this.tick };
      },
    ),
    note: (_client, { what }) => {
      this.trace.push(`note ${what}`);
      return { what, tick: this.tick };
    },
  };
}

export interface VaultWorld {
  readonly host: TestHost;
  readonly client: Client;
  readonly ada: Room<typeof Vault>;
  readonly room: VaultRoom;
  join(): Promise<Room<typeof Vault>>;
  ticks(count?: number): Promise<void>;
  pump<T>(promise: Promise<T>): Promise<T>;
  /** Resolves with the oldest question of that name that has not been taken, once it is asked. */
  question(what: string): Promise<Question>;
}

/** A host with one vault and one player in it, on a clock moved by hand. */
export async function startVault(): Promise<VaultWorld> {
  const clock = new ManualClock();
  const rooms = { vault: { type: Vault, room: VaultRoom } };
  const config = defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600 });
  const host = await startTestHost(config, { clock });
  const client = connect(host.url, { random: () => 0 });
  const ada = await pump(clock, client.create(Vault, {}));
  const room = host.inside<VaultRoom>(ada.roomId);
  return {
    host,
    client,
    ada,
    room,
    join: () => pump(clock, client.joinById(Vault, ada.roomId, {})),
    async ticks(count = 1) {
      for (let tick = 0; tick < count; tick++) {
        clock.advance(PERIOD_MS);
        await settle();
      }
    },
    pump: (promise) => pump(clock, promise),
    question: (what) =>
      until(`the question about ${what}`, () => {
        const at = room.asked.findIndex((question) => question.what === what);
        return at >= 0 && room.asked.splice(at, 1)[0];
      }),
  };
}

/** Resolves when the server has taken every frame this client has sent. */
export function taken(room: Room<typeof Vault>): Promise<void> {
  return new Promise((resolve) => room.sdk.ping(() => resolve()));
}
