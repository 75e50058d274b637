/**
 * Compares what the directory, the processes and the clients say of the same rooms, and says every disagreement in a sentence. What one
 * side alone says is believed by nobody: a room is what a process runs, a player is who has a client.
 *
 * Views are taken one after the other while rooms play on. Who joins or leaves in between makes a disagreement that is none: look
 * again, or look when nobody does.
 */
import { clientFaults } from "./clients.ts";
import { keyFaults, rowFaults } from "./directory.ts";
import type { HostView, Look, Run } from "./views.ts";

/** A room and who runs it. */
export interface Ran extends Run {
  readonly processId: string;
}

/** Rooms -> whoever runs them; one, where all is well. */
export type Rooms = ReadonlyMap<string, readonly Ran[]>;

export interface CompareOptions {
  /** Rooms that have to be there, whoever is in them. */
  readonly rooms?: readonly string[];
  /** Every player has a client among those that are looked at. Default false. */
  readonly isEverybodyHere?: boolean;
}

/** Empty: all agree. */
export function compare(look: Look, { rooms: expected = [], isEverybodyHere = false }: CompareOptions = {}): string[] {
  const ran = look.hosts.flatMap(({ processId, runs }) => runs.map((run) => ({ ...run, processId })));
  const rooms: Rooms = Map.groupBy(ran, ({ roomId }) => roomId);
  const lost = expected
    .filter((roomId) => !rooms.has(roomId))
    .map((roomId) => `room ${roomId} is lost: nobody runs it`);
  return [
    ...lost,
    ...[...rooms].flatMap(([roomId, runs]) => runFaults(roomId, runs, look)),
    ...look.hosts.flatMap((host) => healthFaults(host)),
    ...rowFaults(look, rooms),
    ...look.hosts.flatMap((host) => listFaults(host, look)),
    ...keyFaults(look.keys),
    ...clientFaults(look, rooms, isEverybodyHere),
  ];
}

function runFaults(roomId: string, runs: readonly Ran[], { keys }: Look): string[] {
  const [first, ...others] = runs as [Ran, ...Ran[]];
  if (others.length > 0) {
    const by = runs.map(({ processId, epoch }) => `${processId} at epoch ${epoch}`).join(" and by ");
    return [`room ${roomId} is doubled: it is run by ${by}`];
  }
  const faults: string[] = [];
  const { processId, epoch, isRunning } = first;
  if (!isRunning) faults.push(`room ${roomId} stands still at ${processId}`);
  const log = keys.owners.get(roomId);
  if (log !== undefined && (log.owner !== processId || log.epoch !== epoch))
    faults.push(
      `room ${roomId} is run by ${processId} at epoch ${epoch}, its log says ${log.owner} at epoch ${log.epoch}`,
    );
  return faults;
}

function healthFaults({ processId, health, runs }: HostView): string[] {
  const faults: string[] = [];
  const connected = runs.flatMap(({ seats }) => Object.values(seats)).filter(Boolean).length;
  if (health.rooms !== runs.length)
    faults.push(`${processId} says it has ${health.rooms} rooms, and runs ${runs.length}`);
  if (health.players !== connected)
    faults.push(`${processId} says it has ${health.players} players, and ${connected} are connected in its rooms`);
  return faults;
}

/** What one process lists, beside what lies in Redis. */
function listFaults({ processId, listed }: HostView, { keys }: Look): string[] {
  if (typeof listed === "string") return [`${processId} lists no rooms: ${listed}`];
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const { roomId, players, processId: at } of listed) {
    if (ids.has(roomId)) faults.push(`${processId} lists room ${roomId} twice`);
    ids.add(roomId);
    const row = keys.rows.get(roomId);
    if (row === undefined) faults.push(`${processId} lists room ${roomId}, of which the directory has no row`);
    else if (row.processId !== at || row.clients !== players)
      faults.push(
        `${processId} lists room ${roomId} at ${at} with ${players} players, ` +
          `the directory has it at ${row.processId} with ${row.clients}`,
      );
  }
  for (const { roomId, private: isPrivate = false } of keys.rows.values())
    if (!isPrivate && !ids.has(roomId))
      faults.push(`${processId} does not list room ${roomId}, of which the directory has a row`);
  return faults;
}
