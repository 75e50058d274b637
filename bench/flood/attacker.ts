/**
 * Whoever floods: a process of its own, of the lowest priority, as it would be on another machine, and from an address of its own.
 * Each flood resolves when all of it is out; what it opened stays open until `stop`.
 */
import { setPriority } from "node:os";
import { babble } from "../abuse/attacks/babble.ts";
import { sendBody } from "../abuse/attacks/body.ts";
import { Connections, SLOW_HEADERS } from "../abuse/attacks/connections.ts";
import { count, type Outcome } from "../abuse/attacks/outcome.ts";
import { Requests } from "../abuse/attacks/requests.ts";
import { type Handlers, serveControl } from "../lib/control.ts";
import { SMALL } from "./names.ts";

const MANY = 2_000;
const LEFT_OPEN = 10_000;
const BODY_BYTES = 200 * 2 ** 20;
const BODIES = 4;
const FRAMES = 200_000;

const requests = new Requests();
const connections = new Connections();

const handlers: Handlers = {
  "2,000 seats reserved and left": (port: number) =>
    requests.many(MANY, () => requests.post(port, `joinOrCreate/${SMALL}`)),
  "2,000 rooms made": (port: number) => requests.many(MANY, () => requests.post(port, `create/${SMALL}`)),
  "2,000 slow headers": (port: number) => connections.openMany(port, MANY, SLOW_HEADERS),
  "10,000 connections left open": (port: number) => connections.openMany(port, LEFT_OPEN),
  "4 bodies of 200 MB": async (port: number) => {
    const outcome: Outcome = {};
    for (let at = 0; at < BODIES; at++)
      count(outcome, (await sendBody(port, `/matchmake/create/${SMALL}`, BODY_BYTES)).answer);
    return outcome;
  },
  "one player's 200,000 frames": (port: number) => babble(requests, port, SMALL, FRAMES),
  stop(): void {
    requests.stop();
    connections.stop();
  },
};

setPriority(19);
serveControl(1, handlers);
