/**
 * Whoever floods: a process of its own, of the lowest priority, as it would be on another machine, and from an address of its own.
 * Each flood resolves when all of it is out; what it opened stays open until `stop`.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setPriority } from "node:os";
import { Protocol } from "@colyseus/core";
import WebSocket from "ws";
import { type Handlers, serveControl } from "../lib/control.ts";
import { SMALL } from "./rooms.ts";

const FROM = "127.0.0.2";
const MANY = 2_000;
const LEFT_OPEN = 10_000;
const WIDTH = 64;
const BODY_BYTES = 200 * 2 ** 20;
const BODIES = 4;
/** Frames sent in one go, and goes in all. */
const FRAMES = 2_000;
const GOES = 100;

/** How often what came back: a status, `opened`, `closed`. */
export type Outcome = Record<string, number>;

const agent = new Agent({ keepAlive: true, maxSockets: WIDTH, localAddress: FROM });
const opened = new Set<Socket>();
let isOver = false;

function count(outcome: Outcome, what: string): void {
  outcome[what] = (outcome[what] ?? 0) + 1;
}

async function lanes(times: number, each: () => Promise<string>): Promise<Outcome> {
  const outcome: Outcome = {};
  let begun = 0;
  const lane = async () => {
    while (begun++ < times && !isOver) count(outcome, await each());
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
  return outcome;
}

function post(port: number, how: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": 2 };
    const asking = request({
      host: "127.0.0.1",
      port,
      agent,
      method: "POST",
      path: `/matchmake/${how}/${SMALL}`,
      headers,
    });
    asking.on("response", (response) => response.resume().on("close", () => resolve(String(response.statusCode))));
    asking.on("error", () => resolve("closed"));
    asking.end("{}");
  });
}

function open(port: number, outcome: Outcome, said = ""): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress: FROM });
    opened.add(socket);
    socket.on("error", () => {}).resume();
    socket.once("connect", () => {
      count(outcome, "opened");
      if (said !== "") socket.write(said);
      resolve();
    });
    socket.once("close", () => {
      opened.delete(socket);
      if (!isOver) count(outcome, "closed");
      resolve();
    });
  });
}

async function openMany(port: number, times: number, said = ""): Promise<Outcome> {
  const outcome: Outcome = {};
  for (let at = 0; at < times && !isOver; at += WIDTH)
    await Promise.all(Array.from({ length: Math.min(WIDTH, times - at) }, () => open(port, outcome, said)));
  return outcome;
}

/** A body without an end in sight. */
function bigBody(port: number): Promise<string> {
  return new Promise((resolve) => {
    const sending = request({
      host: "127.0.0.1",
      port,
      localAddress: FROM,
      method: "POST",
      path: `/matchmake/create/${SMALL}`,
    });
    sending.on("response", (response) => {
      response.resume();
      resolve(String(response.statusCode));
    });
    sending.on("error", () => resolve("closed"));
    let sent = 0;
    const push = () => {
      while (!sending.destroyed && sent < BODY_BYTES) {
        sent += 2 ** 20;
        if (!sending.write(Buffer.alloc(2 ** 20, " "))) return;
      }
      sending.end("{}");
    };
    sending.on("drain", push);
    push();
  });
}

/** One player who says far more than anybody has to say. */
async function babble(port: number): Promise<Outcome> {
  const outcome: Outcome = {};
  const asking = request({ host: "127.0.0.1", port, agent, method: "POST", path: `/matchmake/create/${SMALL}` });
  asking.end("{}");
  const [response] = (await once(asking, "response")) as [AsyncIterable<Buffer>];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  const seat = JSON.parse(text) as { processId: string; roomId: string; sessionId: string };
  const url = `ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  const socket = new WebSocket(url, { localAddress: FROM });
  socket.on("error", () => {});
  socket.once("close", (code) => count(outcome, `closed ${code}`));
  socket.once("message", () => socket.send(Uint8Array.of(Protocol.JOIN_ROOM)));
  await once(socket, "open");
  const frame = Uint8Array.of(Protocol.ROOM_DATA, 0xa1, 0x78);
  for (let go = 0; go < GOES && socket.readyState === WebSocket.OPEN && !isOver; go++) {
    for (let at = 0; at < FRAMES; at++) socket.send(frame);
    outcome.frames = (outcome.frames ?? 0) + FRAMES;
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.close();
  return outcome;
}

const SLOW = "GET / HTTP/1.1\r\nhost: x\r\nx-slow:";

const handlers: Handlers = {
  "2,000 seats reserved and left": (port: number) => lanes(MANY, () => post(port, "joinOrCreate")),
  "2,000 rooms made": (port: number) => lanes(MANY, () => post(port, "create")),
  "2,000 slow headers": (port: number) => openMany(port, MANY, SLOW),
  "10,000 connections left open": (port: number) => openMany(port, LEFT_OPEN),
  "4 bodies of 200 MB": async (port: number) => {
    const outcome: Outcome = {};
    for (let at = 0; at < BODIES && !isOver; at++) count(outcome, await bigBody(port));
    return outcome;
  },
  "one player's 200,000 frames": (port: number) => babble(port),
  stop(): void {
    isOver = true;
    agent.destroy();
    for (const socket of opened) socket.destroy();
  },
};

setPriority(19);
serveControl(1, handlers);
