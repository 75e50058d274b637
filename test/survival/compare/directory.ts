/** What is wrong with the directory's rows, beside the rooms that run, and with its keys, beside its rows. */
import type { Rooms } from "./compare.ts";
import type { Keys, Look, Row } from "./views.ts";

/** Seats of a room without a limit, as the directory counts them. */
const ENDLESS = 1_000_000_000;

export function rowFaults({ keys, hosts }: Look, rooms: Rooms): string[] {
  const faults: string[] = [];
  for (const { roomId, processId } of keys.rows.values())
    if (!rooms.has(roomId)) faults.push(`room ${roomId} is listed at ${processId}, and nobody runs it`);
  for (const [roomId, runs] of rooms) {
    const row = keys.rows.get(roomId);
    const run = runs.find(({ processId }) => processId === row?.processId);
    const [first] = runs;
    if (row === undefined) faults.push(`room ${roomId} is run by ${first!.processId}, and nobody lists it`);
    else if (run === undefined)
      faults.push(`room ${roomId} is run by ${first!.processId}, and listed at ${row.processId}`);
    else faults.push(...countFaults(row, run.epoch, Object.keys(run.seats).length + run.awaited.length));
  }
  const living = new Set(hosts.map(({ processId }) => processId));
  for (const processId of keys.at.keys())
    if (!living.has(processId)) faults.push(`the directory has rooms at ${processId}, which is not there`);
  return faults;
}

function countFaults({ roomId, processId, epoch = 0, clients }: Row, ranEpoch: number, players: number): string[] {
  const faults: string[] = [];
  if (epoch !== ranEpoch) faults.push(`room ${roomId} is listed at epoch ${epoch}, ${processId} runs ${ranEpoch}`);
  if (clients !== players)
    faults.push(`room ${roomId} is listed with ${clients} players, ${processId} has seats of ${players}`);
  return faults;
}

export function keyFaults(keys: Keys): string[] {
  return [
    ...[...keys.rows.values()].flatMap((row) => indexFaults(row, keys)),
    ...leftovers(keys),
    ...keys.strange.map((name) => `the directory has a key that nobody knows: ${name}`),
  ];
}

/** What one row should be found by. */
function indexFaults({ roomId, name, processId, clients, maxClients, locked, private: isPrivate }: Row, keys: Keys) {
  const faults: string[] = [];
  const wrong = (what: string) => faults.push(`room ${roomId}: ${what}`);
  const all = maxClients ?? ENDLESS;
  const isOpen = locked !== true && isPrivate !== true;
  const places = keys.places.get(roomId) ?? [];
  const free = all - clients - bookedIn(roomId, keys);
  if (keys.at.get(processId)?.has(roomId) !== true) wrong(`it is missing among the rooms at ${processId}`);
  if (keys.seats.get(roomId) !== `${clients}:${all}`)
    wrong(`seats ${clients}:${all} expected, ${keys.seats.get(roomId)} got`);
  if (places.includes(name) !== isOpen)
    wrong(`it ${isOpen ? "takes players" : "takes no players"}, and is to be found by [${places.join(", ")}]`);
  for (const index of places)
    if ((keys.open.get(index)?.has(roomId) ?? false) !== free > 0)
      wrong(`it has ${free} free seats, and is ${free > 0 ? "missing" : "found"} in ${index}`);
  const onlyBooked = free <= 0 && all > clients;
  if (places.length > 0 && keys.full.has(roomId) !== onlyBooked)
    wrong(`${onlyBooked ? "bookings alone fill it, and nobody looks" : "somebody looks"} when these end`);
  return faults;
}

function bookedIn(roomId: string, { booked, nowMs }: Keys): number {
  return [...(booked.get(roomId)?.values() ?? [])].filter((ends) => ends > nowMs).length;
}

/** What belongs to no row. Of a room that is being made there is no more than is said here. */
function leftovers(keys: Keys): string[] {
  const { rows, due } = keys;
  const faults = [...due].map((roomId) => `room ${roomId} is being made`);
  const isKnown = (roomId: string) => rows.has(roomId) || due.has(roomId);
  const left = (roomId: string, where: string) => faults.push(`room ${roomId} has no row, and is left over ${where}`);
  for (const [processId, ids] of keys.at)
    for (const roomId of ids)
      if (!isKnown(roomId)) left(roomId, `among those at ${processId}`);
      else if (rows.get(roomId)?.processId !== processId)
        faults.push(`room ${roomId} is among the rooms at ${processId}, its row says ${rows.get(roomId)?.processId}`);
  for (const [index, ids] of keys.open)
    for (const roomId of ids)
      if (!isKnown(roomId)) left(roomId, `in the index ${index}`);
      else if (keys.places.get(roomId)?.includes(index) !== true)
        faults.push(`room ${roomId} is found by ${index}, where it does not belong`);
  for (const roomId of keys.seats.keys()) if (!isKnown(roomId)) left(roomId, "among the seats");
  for (const roomId of keys.places.keys()) if (!isKnown(roomId)) left(roomId, "among the places");
  for (const roomId of keys.full) if (!isKnown(roomId)) left(roomId, "among the full ones");
  for (const roomId of keys.booked.keys())
    if (!isKnown(roomId) && bookedIn(roomId, keys) > 0) left(roomId, "with bookings");
  return faults;
}
