/** Whoever attacks: a process of its own, of the lowest priority, as it would be on another machine. What it does stands in attacks/. */
import { setPriority } from "node:os";
import { Protocol } from "@colyseus/core";
import { RawClient } from "../../test/support/raw-client.ts";
import { until } from "../../test/support/until.ts";
import { SMALL } from "../flood/names.ts";
import { type Handlers, serveControl } from "../lib/control.ts";
import { babble } from "./attacks/babble.ts";
import { sendBody } from "./attacks/body.ts";
import { Connections, SLOW_HEADERS } from "./attacks/connections.ts";
import { stopReading } from "./attacks/deaf.ts";
import { sayMuch } from "./attacks/echoes.ts";
import { sendKillers } from "./attacks/killers.ts";
import { sendFragments, sendOversize } from "./attacks/malformed.ts";
import { comeFromElsewhere } from "./attacks/origins.ts";
import { callRoom } from "./attacks/publisher.ts";
import { Requests } from "./attacks/requests.ts";
import { makeThrow, type Style } from "./attacks/thrower.ts";
import { replayTokens } from "./attacks/tokens.ts";
import { talkWithoutSession } from "./attacks/wordless.ts";
import { judge } from "./conformance/judge.ts";

const requests = new Requests();
const connections = new Connections();
const attacked: RawClient[] = [];
let isStopped = false;

interface At {
  readonly url: string;
  readonly port: number;
}

const handlers: Handlers = {
  /** They are in, and read all they are sent. */
  async crowd({ url, how, players }: At & { how: string; players: number }): Promise<void> {
    for (let at = 0; at < players; at++) attacked.push(await enter(url, how));
  },
  /** They are gone. */
  disperse(): void {
    for (const client of attacked.splice(0)) client.close();
  },
  /** From now on none of them does. */
  deaf: ({ pongs }: { pongs: boolean }) => void stopReading(attacked, () => pongs),
  /** Of the first of them, until it is over or nobody takes it. */
  echoes: ({ forMs }: { forMs: number }) => {
    const { socket } = attacked[0]!;
    return sayMuch(attacked[0]!, forMs, () => Promise.resolve(isStopped || socket.readyState !== socket.OPEN));
  },
  seats: ({ port, how, times }: At & { how: string; times: number }) =>
    requests.many(times, () => requests.post(port, how)),
  forged: ({ port, times }: At & { times: number }) =>
    requests.many(times, (at) => {
      const address = `203.0.113.${at % 250}`;
      return requests.post(port, "create/known", { "x-forwarded-for": address, "x-real-ip": address });
    }),
  killers: ({ url, times, seed }: At & { times: number; seed: number }) => sendKillers(url, "pads", times, seed),
  babble: ({ port, frames }: At & { frames: number }) => babble(requests, port, "babel", frames),
  oversize: ({ port, bytes }: At & { bytes: number }) => sendOversize(port, bytes),
  fragments: ({ port, times }: At & { times: number }) => sendFragments(port, times),
  violations: ({ port }: At) => judge(port),
  body: ({ port, bytes }: At & { bytes: number }) => sendBody(port, `/matchmake/create/${SMALL}`, bytes),
  foreign: ({ port }: At) => comeFromElsewhere(requests, port, SMALL),
  "slow headers": ({ port, times }: At & { times: number }) => connections.openMany(port, times, SLOW_HEADERS),
  "still open": () => connections.open,
  wordless: ({ port, forMs }: At & { forMs: number }) => talkWithoutSession(port, forMs),
  throw: ({ url, roomId, style }: At & { roomId: string; style: Style }) => makeThrow(url, roomId, style),
  tokens: ({ url }: At) => replayTokens(url, "holding"),
  call: ({ redisUrl, roomId, methods }: { redisUrl: string; roomId: string; methods: string[] }) =>
    callRoom(redisUrl, roomId, methods),
  stop(): void {
    isStopped = true;
    requests.stop();
    connections.stop();
    for (const client of attacked.splice(0)) client.close();
  },
};

async function enter(url: string, how: string): Promise<RawClient> {
  const client = await RawClient.knock(url, how);
  const { socket, frames } = client;
  socket.on("error", () => {});
  await until("to be asked in", () => frames.some((frame) => frame[0] === Protocol.JOIN_ROOM));
  socket.on("message", () => void frames.splice(0));
  return client;
}

setPriority(19);
serveControl(1, handlers);
