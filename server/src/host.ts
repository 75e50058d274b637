/**
 * A running host: configuration in, a listening server out. Everything real is made here (clock, store, metrics, sockets) and
 * handed down; nothing below reaches for a global, except Colyseus's matchmaker, of which a process has one.
 */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { matchMaker } from "@colyseus/core";
import { useLogger } from "./adapter.ts";
import type { Host } from "./config.ts";
import { accountsAt } from "./host/accounts-at.ts";
import { addressOf, innerOf } from "./host/addresses.ts";
import { forDevelopers } from "./host/for-developers.ts";
import { patience } from "./host/http-times.ts";
import { limitsAt } from "./host/limits-of-config.ts";
import { matchmakingAt } from "./host/matchmaking-at.ts";
import { announcePid } from "./host/pids.ts";
import { PlaceOfNew } from "./host/place-of-new.ts";
import { checkProduction } from "./host/production.ts";
import type { HostOptions, RunningHost } from "./host/running-host.ts";
import { queuesIn, register, typesIn, versionsIn } from "./host/rooms-of-config.ts";
import { askedBy, hear } from "./host/sockets.ts";
import { strainAt } from "./host/strain-at.ts";
import { keepWarm } from "./host/keep-warm.ts";
import { Strays } from "./host/strays.ts";
import {
  awayOnce,
  foreignersTold,
  newTopicEpoch,
  openMembers,
  openStore,
  openTopics,
  silenceTold,
} from "./host/stores.ts";
import { createHttp } from "./inspect/http.ts";
import { LineLimit } from "./inspect/line-limit.ts";
import { consoleLike } from "./inspect/logger.ts";
import { Metrics } from "./inspect/metrics.ts";
import { Operator } from "./inspect/operator.ts";
import { createBackend, type DirectoryBackend } from "./matchmaking/backend.ts";
import { Newcomers } from "./matchmaking/newcomers.ts";
import { type Custody, SharedCustody, SoloCustody } from "./ownership/custody.ts";
import { STORE_PATH } from "./ownership/peers.ts";
import { HostRooms } from "./room/host-rooms.ts";
import type { RoomServices } from "./room/services.ts";
import { greet } from "./session/greetings.ts";
import { newSecret } from "./session/token.ts";
import type { Others } from "./socket/door.ts";
import { listen } from "./socket/listen.ts";
import { GuardedTransport } from "./socket/transport.ts";
import { systemClock } from "./system-clock.ts";

export const VERSION = "0.1.0";

/** Rejects with PORT_TAKEN when the port is in use, with CONFIG_INVALID for what production does not take. */
export async function startHost(host: Host, options: HostOptions): Promise<RunningHost> {
  const { logger, redisUrl, clock = systemClock, production = false } = options;
  if (production) checkProduction(host);
  const operator = new Operator(options.operatorToken, production);
  const types = typesIn(host);
  const filtersOf = (typeName: string) => types.get(typeName)?.filterBy ?? [];
  const isQueue = (typeName: string) => queuesIn(host).has(typeName);
  const onFault = awayOnce(logger, "the listings' Redis");
  const metrics = new Metrics(() => ({
    rooms: matchMaker.stats.local.roomCount,
    players: matchMaker.stats.local.ccu,
    doors: others.doors().length,
  }));
  const backend = await createBackend(redisUrl, {
    filtersOf,
    isQueue,
    clock,
    onFault,
    onSilence: silenceTold(logger),
    remoteMethods: host.remoteMethods,
    ...foreignersTold(clock, logger, metrics),
  }).catch((error: unknown) => {
    metrics.close();
    throw error;
  });
  let answer: RequestListener = notYet;
  const http = createServer(patience(options.httpTimes), (request, response) => answer(request, response));
  const listening = await listen(http, options, clock).catch(async (error: unknown) => {
    await closeBackend(backend);
    metrics.close();
    throw error;
  });
  const { port } = listening;
  if (backend.breaker !== undefined) metrics.breaker("listings", backend.breaker);
  const { sockets, ...limits } = limitsAt(http, host, clock, logger, metrics);
  const strain = strainAt(host, clock, logger, metrics, options.usage);
  const store = options.store ?? openStore(host.store, clock, logger, metrics);
  const isShared = options.store === undefined && host.store.kind === "redis";
  const address = addressOf(options, port);
  const custody: Custody = isShared
    ? new SharedCustody({
        members: openMembers(host.store, logger),
        types,
        address,
        inner: innerOf(address, options.innerAddress),
        region: options.region,
        standing: () => strain.standing,
      })
    : new SoloCustody();
  const newcomers = new Newcomers({
    isOpen: () => strain.relief.takesPlayers,
    closedOthers: () => custody.closed(),
    isQueue,
    onTurnedAway: () => strain.heldBack("joins"),
  });
  const others: Others = options.others ?? custody;
  const placeOfNew = new PlaceOfNew({
    clock,
    random: Math.random,
    makersOf: (typeName) => custody.makersOf(typeName),
    standing: () => strain.standing,
    newcomers,
    onRefused: () => strain.heldBack("rooms"),
  });
  const transport = new GuardedTransport({
    server: http,
    logger,
    metrics,
    clock,
    heartbeat: options.heartbeat ?? host.heartbeat,
    whereabouts: others,
    limits: sockets,
    greet: (socket, request) =>
      greet(socket, request, askedBy(request)) ?? known.refusalOf(socket, request) ?? hear(custody, socket, request),
  });
  useLogger(
    consoleLike(logger.child({ from: "colyseus" }), new LineLimit(clock, () => metrics.lineSwallowed("host"))),
    {
      transport,
      ...backend,
      publicAddress: address,
      selectProcessIdToCreateRoom: (name) => placeOfNew.choose(name, undefined, isQueue(name) ? "match" : "newcomer"),
    },
  );
  const hostTopics = openTopics(redisUrl, clock, logger, metrics);
  const services: RoomServices = {
    clock,
    logger,
    metrics,
    store,
    owner: matchMaker.processId,
    ...versionsIn(host, types),
    rooms: new HostRooms(),
    strain,
    isQueue,
    isSure: () => custody.isSure(),
    doors: () => others.doors(),
    onFenced(roomId, epoch) {
      logger.warn({ roomId, epoch }, "the store refused what was written at this epoch: another process has the room");
      custody.fenced(roomId, epoch);
    },
    onFailing: (roomId) => custody.failing(roomId),
    tickBudget: host.tickBudget,
    onOverBudget: host.onOverBudget,
    onHeavy: (roomId, load) => custody.heavy(roomId, load),
    hostTopics,
    seatHoldSeconds: host.seatHoldSeconds,
    finishWithinMs: host.finishWithinSeconds * 1000,
    seed: () => randomInt(2 ** 32),
    secret: newSecret,
    topicEpoch: newTopicEpoch,
  };
  const { presence } = backend;
  const known = accountsAt({ host, clock, logger, metrics, gate: limits.gate, rooms: services.rooms, presence });
  const { directory, lobby, matchRooms } = matchmakingAt({
    backend,
    clock,
    logger,
    types,
    filtersOf,
    isQueue,
    services,
    custody,
    others,
    placeOfNew,
    newcomers,
    relay: isShared || options.others !== undefined,
    sharesPort: options.sharedPort !== undefined,
  });
  register(host, services, matchRooms);
  const hasMuchToSpare = () => strain.relief.takesPlayers && strain.relief.makesRooms;
  const canMake = () => backend.isAnswering() && custody.isStoreThere && hasMuchToSpare();
  const warm = keepWarm(host, services, custody, canMake);
  await matchMaker.accept();
  const pids = announcePid(backend, clock);
  let ready = false;
  const routes = createHttp({
    directory,
    lobby,
    metrics,
    logger,
    ...limits,
    accounts: known.accounts,
    operator,
    signOut: (userId) => known.signOut(userId),
    pages: host.pages !== undefined && existsSync(host.pages) ? host.pages : undefined,
    ready: () => ready,
    isFull: () => !strain.relief.makesRooms,
    rung: () => strain.rung,
    isAnswering: () => backend.breaker?.isOpen !== true,
    isElsewhere: ({ socket }) => listening.hasLeft(socket),
    store: () => ({ reachable: custody.canReachStore, quietMs: custody.quietMs }),
    ...forDevelopers(production, others, pids, services.rooms, { operator, strain }),
    health: () => ({
      processId: matchMaker.processId,
      version: VERSION,
      rooms: matchMaker.stats.local.roomCount,
      players: matchMaker.stats.local.ccu,
    }),
  });
  answer = (request, response) => (request.url === STORE_PATH ? routes : notYet)(request, response);
  await custody.begin(services);
  await known.begin();
  answer = routes;
  ready = true;
  warm.begin();
  const running: RunningHost = {
    port,
    url: `http://localhost:${port}`,
    processId: matchMaker.processId,
    store,
    strays: new Strays(services),
    room: (roomId) => matchMaker.getLocalRoomById(roomId),
    signOut: (userId) => known.signOut(userId),
    take: (connection, request) => transport.take(connection, request),
    async stop(onFinish = () => {}) {
      ready = false;
      listening.leave();
      known.stop();
      await warm.stop();
      await custody.handOver(onFinish);
      pids.stop();
      await matchMaker.gracefullyShutdown();
      await custody.close();
      transport.shutdown();
      await listening.close();
      await hostTopics.close();
      await store.close();
      await closeBackend(backend);
      strain.stop();
      metrics.close();
    },
  };
  await listening.join().catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return running;
}

function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "retry-after": "1" }).end();
}

async function closeBackend({ presence, driver, breaker }: DirectoryBackend): Promise<void> {
  breaker?.stop();
  presence.shutdown();
  await driver.shutdown();
}
