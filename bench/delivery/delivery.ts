/**
 * What "exactly once" costs a command against a bare `room.send` of the stock SDK: bytes on the wire, and CPU of the server.
 * The one is numbered, remembered, logged and answered; the other may be lost, and nobody hears of it.
 */
import { LIMITS } from "@ninelives/shared-schema";
import { atMost, type Bench, type BenchOptions, type Findings, type Table } from "../lib/bench.ts";
import { median, percentile } from "../lib/stats.ts";
import { ackAt, type BytesRow, overAt, weigh } from "./bytes.ts";
import { type Cell, type Load, LOADS, measureCost, WAY_NAMES, type WayName } from "./cost.ts";
import { additionOf, NAME, TICK_HZ } from "./counter.ts";

/** Bytes of a command beside its payload, and up to which id. */
const OVER_BYTES_MAX = 6;
const OVER_UP_TO_ID = 2_097_151;
/** CPU of a command over that of a bare message, busy load, µs. */
const EXTRA_US_MAX = 3;
/** Of the messages whose CPU is measured. */
const PAYLOAD_BYTES = 16;
/** The first and the last id of each length. */
const IDS = [1, 127, 128, 16_383, 16_384, OVER_UP_TO_ID, OVER_UP_TO_ID + 1] as const;
const FULL = { rounds: 8, share: 1, commands: 20_000 };
const QUICK = { rounds: 2, share: 0.2, commands: 1_000 };

export const delivery: Bench = { name: "delivery", title: "What exactly once costs a command", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const { rounds, share, commands } = quick ? QUICK : FULL;
  const bytes = await weigh(commands);
  tell(`delivery: frames weighed`);
  const cells = await measureCost({ rounds, share, payload: additionOf(PAYLOAD_BYTES), tell });
  return findings(bytes, cells, { rounds, share });
}

function findings(
  bytes: readonly BytesRow[],
  cells: readonly Cell[],
  size: { rounds: number; share: number },
): Findings {
  const usOf = (way: WayName, load: Load) => cells.find((cell) => cell.way === way && cell.load === load)!.us;
  const extraUs = (way: WayName, load: Load) =>
    usOf(way, load).map((us, round) => us - usOf("stock send", load)[round]!);
  const [busy, sparse] = LOADS as readonly [Load, Load];
  const commands = bytes.filter(({ way }) => way.startsWith("command"));
  const withAcks = overWithAcks(commands[0]!);
  const mostOver = Math.max(...commands.map((row) => row.mostOver));
  const at = (way: WayName, load: Load) => median(extraUs(way, load)).toFixed(1);
  return {
    method: [
      "Bytes: our client and a server of ours, the stock SDK and a stock server; every frame is weighed at the client's own socket. The payload is what the client's own MessagePack makes of the same object. A WebSocket adds 6 bytes to a frame from a client and 2 to one from a server up to 125 bytes, 2 more above, on both sides alike.",
      "Ids above those that were said are weighed by the function that writes our client's frames.",
      `CPU: \`process.cpuUsage()\` of the server (user + system, all threads, garbage collection and disk writes included) over the messages it took, from the first until all are taken and answered. The handler adds to a counter in the state; payload ${PAYLOAD_BYTES} bytes; ${TICK_HZ} Hz on both sides, ticks and patches included.`,
      `"ours": \`durability: "acked"\` on the file store. In it: dedupe, the payload and the result checked with zod, result packed, kept in the mailbox, written to the log, committed, sent. "no log": \`durability: "off"\`, the rest the same. "stock send": \`onMessage\` without a check. "stock request": the same handler, its return value answered, at most once.`,
      ...LOADS.map(
        ({ name, sessions, burst, messages }) =>
          `${name}: ${sessions} sessions, each says ${burst} at once every tick, at a phase of its own; ${messages * size.share} messages a round.`,
      ),
      `Both servers are up together, each a process; the clients are a third process that writes its frames by hand, with the acknowledgements our client would send, and never has more than ${LIMITS.commandsInFlight} commands in flight. The cells are measured one after the other, ${size.rounds} rounds, every other one backwards, after one round that does not count. The difference to stock is taken within a round. Nothing is pinned to a core.`,
    ],
    tables: [bytesTable(bytes), layoutTable(), ...LOADS.map((load) => cpuTable(load, usOf, extraUs))],
    reading: [
      `A command takes ${overAt(1)} to ${overAt(OVER_UP_TO_ID)} bytes beside its payload, whatever its name; a stock message takes 2 and its name ("${NAME}": ${2 + NAME.length}), and its payload has ${morePayload(bytes)} bytes more, because its packer describes the object's shape in it. With acknowledgements, one for 16 commands or more where commands are many, ours takes ${withAcks.toFixed(2)} on average over the ids measured, and ${(overAt(OVER_UP_TO_ID) + ackAt(OVER_UP_TO_ID) / (LIMITS.ackItems / 2)).toFixed(2)} at the highest ids; a player who says one now and then pays a frame of ${ackAt(1) + 2} to ${ackAt(OVER_UP_TO_ID) + 2} bytes for the acknowledgement of each.`,
      `Where a session says many in a tick, exactly once with an answer costs ${at("ours", busy)} µs more than a message that may be lost, and a stock request, answered but not repeated after a drop, ${at("stock request", busy)} µs more: our answers of a tick share one frame, stock's take one each. Where a session says one in a tick there is nothing to share: ${at("ours", sparse)} µs more for ours and ${at("stock request", sparse)} µs for the request, most of it the frame of the answer.`,
    ].join(" "),
    targets: [
      atMost("bytes of a command beside its payload, the most that was measured", mostOver, OVER_BYTES_MAX, 0, " B"),
      atMost(`the same by layout at id ${OVER_UP_TO_ID}`, overAt(OVER_UP_TO_ID), OVER_BYTES_MAX, 0, " B"),
      atMost("the same with its share of acknowledgements, mean", withAcks, OVER_BYTES_MAX, 2, " B"),
      atMost("CPU of a command over a bare `room.send`, busy", median(extraUs("ours", busy)), EXTRA_US_MAX, 2, " µs"),
    ],
    figures: {
      bytes,
      layout: IDS.map((id) => ({ id, over: overAt(id), ack: ackAt(id) })),
      cpuUs: cells.map(({ way, load, us }) => ({ way, load: load.name, us, extraUs: extraUs(way, load) })),
    },
  };
}

function overWithAcks({ messageBytes, payloadBytes, ackBytes, messages }: BytesRow): number {
  return (messageBytes - payloadBytes + ackBytes) / messages;
}

/** Bytes that the stock SDK's payload has over ours of the same object. */
function morePayload(rows: readonly BytesRow[]): number {
  const [ours, stock] = ["command", "stock send"].map((way) => rows.find((row) => row.way.startsWith(way))!);
  return stock!.payloadBytes / stock!.messages - ours!.payloadBytes / ours!.messages;
}

function bytesTable(rows: readonly BytesRow[]): Table {
  return {
    title: "Bytes of one",
    columns: ["", "said", "messages", "payload", "beside it: mean", "most", "acknowledgements", "answer"],
    rows: rows.map(({ way, pace, messages, messageBytes, payloadBytes, mostOver, ackBytes, answerBytes }) => [
      way,
      pace,
      String(messages),
      (payloadBytes / messages).toFixed(0),
      ((messageBytes - payloadBytes) / messages).toFixed(2),
      String(mostOver),
      (ackBytes / messages).toFixed(2),
      answerBytes === 0 ? "none" : (answerBytes / messages).toFixed(1),
    ]),
  };
}

function layoutTable(): Table {
  return {
    title: "Bytes of a command beside its payload, by id",
    columns: ["id", "command", "an acknowledgement of everything up to it, in the same frame"],
    rows: IDS.map((id) => [id, overAt(id), ackAt(id)].map(String)),
  };
}

function cpuTable(
  load: Load,
  usOf: (way: WayName, load: Load) => readonly number[],
  extraUs: (way: WayName, load: Load) => readonly number[],
): Table {
  const show = (us: number) => us.toFixed(2);
  const half = (samples: readonly number[]) => `${show(percentile(samples, 25))} to ${show(percentile(samples, 75))}`;
  return {
    title: `CPU of one, ${load.name}`,
    columns: ["", "µs", "middle half of the rounds", "over stock send, µs", "middle half", "times stock send"],
    rows: WAY_NAMES.map((way) => {
      const us = usOf(way, load);
      const extra = extraUs(way, load);
      const ratios = us.map((one, round) => one / usOf("stock send", load)[round]!);
      return [way, show(median(us)), half(us), show(median(extra)), half(extra), show(median(ratios))];
    }),
  };
}
