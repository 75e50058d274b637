/** Players beside the attackers, one in each room: our client where there is a type, Colyseus's own SDK where there is none. */
import { Client } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { type Kind, Moving, Still } from "./rooms.ts";

/** A machine that has other work may keep everybody waiting: that is measured, and no reason to come back. */
const PATIENT = { heartbeatMs: 5_000, deadAfterMs: 30_000, pendingDeadAfterMs: 20_000 };

export interface Fate {
  /** What went wrong; empty when nothing did. */
  readonly faults: readonly string[];
  /** Answers and patches that came, and the longest time without any, ms. */
  readonly heard: number;
  readonly longestMs: number;
}

export interface Player {
  readonly roomId: string;
  /** Says something that is answered; resolves when it is. */
  ask(): Promise<void>;
  begin(): void;
  fate(): Fate;
  leave(): Promise<void>;
}

class Ear {
  readonly faults: string[] = [];
  heard = 0;
  longestMs = 0;
  #atMs = performance.now();

  begin(): void {
    this.heard = this.longestMs = 0;
    this.#atMs = performance.now();
  }

  hear(): void {
    const nowMs = performance.now();
    this.heard++;
    this.longestMs = Math.max(this.longestMs, nowMs - this.#atMs);
    this.#atMs = nowMs;
  }

  fate(): Fate {
    const { faults, heard, longestMs } = this;
    return { faults, heard, longestMs };
  }
}

export function enterHonestly(url: string, kind: Kind): Promise<Player> {
  return kind === "plain" || kind === "pads" ? stockPlayer(url, kind) : ourPlayer(url, kind);
}

async function stockPlayer(url: string, kind: "plain" | "pads"): Promise<Player> {
  const room = await new Client(url).create(kind);
  const ear = new Ear();
  let isLeaving = false;
  room.onStateChange(() => ear.hear());
  room.onMessage("moved", () => {});
  room.onDrop((code) => ear.faults.push(`the player of ${kind} was dropped: ${code}`));
  room.onLeave((code) => {
    if (!isLeaving) ear.faults.push(`the player of ${kind} was sent away: ${code}`);
  });
  return {
    roomId: room.roomId,
    ask: async () => void (await room.request("ask", { question: "why" })),
    begin: () => ear.begin(),
    fate: () => ear.fate(),
    async leave() {
      isLeaving = true;
      await room.leave();
    },
  };
}

async function ourPlayer(url: string, kind: "talk" | "moving"): Promise<Player> {
  const ear = new Ear();
  const client = connect(url, { liveness: PATIENT });
  if (kind === "moving") {
    const room = await client.create(Moving, { name: "honest" });
    return player(room, ear, async () => void (await room.command("say", { text: "hello", to: "me" })));
  }
  const room = await client.create(Still, { team: "honest" });
  return player(room, ear, async () => void (await room.command("changeTeam", { team: `team ${ear.heard}` })));
}

function player(room: Room<typeof Moving> | Room<typeof Still>, ear: Ear, ask: () => Promise<void>): Player {
  let isLeaving = false;
  room.onPatch(() => ear.hear());
  room.connection.onChange(({ to, reason }) => {
    if (!isLeaving) ear.faults.push(`the player of ${room.type.name} is ${to}: ${reason}`);
  });
  return {
    roomId: room.roomId,
    ask,
    begin: () => ear.begin(),
    fate: () => ear.fate(),
    async leave() {
      isLeaving = true;
      await room.leave();
    },
  };
}
