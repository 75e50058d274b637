/** What is wrong with the clients, beside the rooms that run. */
import type { Ran, Rooms } from "./compare.ts";
import type { ClientView, Keys, Look } from "./views.ts";

export function clientFaults({ clients, keys }: Look, rooms: Rooms, isEverybodyHere: boolean): string[] {
  const faults = clients.flatMap((client) => faultsOf(client, rooms.get(client.roomId)?.[0]));
  const here = new Set(clients.map(({ roomId, sessionId }) => `${roomId} ${sessionId}`));
  for (const { roomId, seats } of isEverybodyHere ? [...rooms.values()].flat() : [])
    for (const sessionId of Object.keys(seats))
      if (!here.has(`${roomId} ${sessionId}`))
        faults.push(`room ${roomId} has a seat of ${sessionId}, who is no client`);
  return [...faults, ...clients.flatMap((client) => bookingFaults(client, keys))];
}

function faultsOf(client: ClientView, run: Ran | undefined): string[] {
  const { sessionId, roomId, connection, epoch, tick, sees } = client;
  const faults: string[] = [];
  const wrong = (what: string) => faults.push(`client ${sessionId} in room ${roomId} ${what}`);
  if (connection !== "CONNECTED") wrong(`is ${connection}`);
  if (run === undefined) {
    wrong("is in a room that nobody has");
    return faults;
  }
  const { processId, seats } = run;
  if (seats[sessionId] === undefined) wrong(`has no seat at ${processId}`);
  else if (seats[sessionId] !== (connection === "CONNECTED")) wrong(`is taken by ${processId} to be somewhere else`);
  if (epoch !== run.epoch) wrong(`knows epoch ${epoch}, ${processId} runs ${run.epoch}`);
  if (tick > run.tick) wrong(`was shown tick ${tick}, ${processId} has come to ${run.tick}`);
  const [shown, there] = [sees ?? [], Object.keys(seats)].map((sessions) => sessions.toSorted().join(", "));
  if (sees !== undefined && shown !== there) wrong(`sees [${shown}], ${processId} has [${there}]`);
  commandFaults(client, wrong);
  return faults;
}

function commandFaults({ sent, answered, tally }: ClientView, wrong: (what: string) => void): void {
  if (tally === undefined) return;
  const { added, most } = tally;
  if (added < answered) wrong(`was answered ${answered} commands, of which its room has ${added}`);
  if (added > sent) wrong(`sent ${sent} commands, its room has ${added}`);
  if (most > 1) wrong(`sent a command that ran ${most} times`);
}

/** A seat that is taken is no promise any more. */
function bookingFaults({ sessionId, roomId }: ClientView, { booked, nowMs }: Keys): string[] {
  const ends = booked.get(roomId)?.get(sessionId) ?? 0;
  return ends > nowMs ? [`client ${sessionId} in room ${roomId} has its seat, and has booked it, too`] : [];
}
