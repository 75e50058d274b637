/** One room of each kind, as ordinary and careless as games are: handlers believe what they are sent. */
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import type { Step } from "@ninelives/server";
import type { RoomType } from "@ninelives/shared-schema";
import { labType, LabInput, LabRoom } from "../../support/lab.ts";
import { Talk, TalkRoom } from "../../support/talk-room.ts";

const CarelessState = schema({ steps: t.uint32().default(0), x: t.uint8().default(0) }, "CarelessState");
type CarelessState = InstanceType<typeof CarelessState>;

export const Pad = schema(
  {
    dx: t.int8().default(0),
    angle: t.quantized({ min: 0, max: 7, bits: 16, mode: "wrap" }),
    far: t.number().default(0),
    word: t.string().default(""),
  },
  "Pad",
);

const STEP_MS = 20;

interface Order {
  readonly x: number;
  readonly items: readonly { readonly name: string }[];
  readonly question: string;
}

class CarelessRoom extends Room<{ state: CarelessState }> {
  override state = new CarelessState();
  override patchRate = STEP_MS;
  override autoDispose = false;

  override onCreate(): void {
    this.onMessage("move", (client, { x }: Order) => {
      this.state.x = x;
      client.send("moved", x);
    });
    this.onMessage("order", (_client, order: Order) => order.items.map(({ name }) => name.length));
    this.onMessage("ask", (_client, { question }: Order) => ({ answer: question.toUpperCase() }));
    this.onMessage(1, (_client, order: Order): unknown => Promise.resolve().then(() => order.question.length));
    this.onMessage("*", (_client, type, order: Order) => `${type.toString()} ${order.question.length}`);
    this.onMessageBytes("raw", (_client: Client, bytes: Uint8Array) => {
      if (bytes[0]! > 5) throw new RangeError(`a byte up to 5 expected, ${bytes[0]} got`);
    });
    this.setTimestep(() => this.state.steps++, STEP_MS);
  }
}

class CarelessPadRoom extends CarelessRoom {
  readonly pads = this.defineInput(Pad, { tickRate: 1000 / STEP_MS });

  override onCreate(): void {
    super.onCreate();
    this.setTimestep(() => {
      this.state.steps++;
      for (const { sessionId } of this.clients)
        for (const { dx, word } of this.pads.get(sessionId)) this.state.x = (word.length + dx) & 0xff;
    }, STEP_MS);
  }
}

export const Still = Talk;
export const Moving = labType("moving", { maxPlayers: 64 });

/** Their states change in every step. */
class StillRoom extends TalkRoom {
  override onTick({ tick }: Step): void {
    this.state.teams.set("clock", String(tick));
  }
}

class MovingRoom extends LabRoom {
  override eachTick = () => void (this.state.count = (this.state.count + 1) >>> 0);
}

export const KINDS = ["plain", "pads", "talk", "moving"] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  plain: "a plain Colyseus room",
  pads: "a plain Colyseus room with inputs",
  talk: "a typed room",
  moving: "a typed room with inputs",
};

/** Class of the inputs of a room of this kind. */
export const INPUTS: Readonly<Partial<Record<Kind, object>>> = { pads: Pad, moving: LabInput };
/** Types of the rooms that have one. */
export const TYPES: Readonly<Partial<Record<Kind, RoomType>>> = { talk: Still, moving: Moving };

export const ROOMS = {
  plain: CarelessRoom,
  pads: CarelessPadRoom,
  talk: { type: Still, room: StillRoom },
  moving: { type: Moving, room: MovingRoom as unknown as typeof LabRoom },
};
