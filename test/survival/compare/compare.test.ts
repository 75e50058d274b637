/** Each kind of fault is found in a look that was made with it by hand, and where all agree there is none. */
import assert from "node:assert/strict";
import { compare, type CompareOptions } from "./compare.ts";
import type { ClientView, HostView, Keys, Look, Row, Run } from "./views.ts";

/** Room r at process p with Ada and Bob, full; room s at process q with Cyd, and a seat that Dan has booked. */
const ROW_R: Row = { roomId: "r", name: "nine", processId: "p", clients: 2, maxClients: 2, locked: false, epoch: 10 };
const ROW_S: Row = { ...ROW_R, roomId: "s", processId: "q", clients: 1, epoch: 20 };
const RUN_R: Run = {
  roomId: "r",
  type: "nine",
  epoch: 10,
  tick: 100,
  isRunning: true,
  seats: { ada: true, bob: true },
  awaited: [],
};
const RUN_S: Run = { ...RUN_R, roomId: "s", epoch: 20, seats: { cyd: true } };
const LISTED = [
  { roomId: "r", players: 2, processId: "p" },
  { roomId: "s", players: 1, processId: "q" },
];
const P: HostView = { processId: "p", health: { rooms: 1, players: 2 }, runs: [RUN_R], listed: LISTED };
const Q: HostView = { processId: "q", health: { rooms: 1, players: 1 }, runs: [RUN_S], listed: LISTED };
const KEYS: Keys = {
  nowMs: 5_000,
  rows: new Map([
    ["r", ROW_R],
    ["s", ROW_S],
  ]),
  at: new Map([
    ["p", new Set(["r"])],
    ["q", new Set(["s"])],
  ]),
  open: new Map([["nine?mode=1", new Set<string>()]]),
  seats: new Map([
    ["r", "2:2"],
    ["s", "1:2"],
  ]),
  places: new Map([
    ["r", ["nine", "nine?mode=1"]],
    ["s", ["nine", "nine?mode=1"]],
  ]),
  booked: new Map([["s", new Map([["dan", 6_000]])]]),
  full: new Set(["s"]),
  due: new Set(),
  owners: new Map([
    ["r", { owner: "p", epoch: 10 }],
    ["s", { owner: "q", epoch: 20 }],
  ]),
  strange: [],
};
const ADA: ClientView = {
  sessionId: "ada",
  roomId: "r",
  connection: "CONNECTED",
  epoch: 10,
  tick: 99,
  sees: ["bob", "ada"],
  sent: 5,
  answered: 3,
  tally: { added: 4, most: 1 },
};
const BOB: ClientView = { ...ADA, sessionId: "bob" };
const CYD: ClientView = { ...ADA, sessionId: "cyd", roomId: "s", epoch: 20, sees: ["cyd"] };
const LOOK: Look = { clients: [ADA, BOB, CYD], hosts: [P, Q], keys: KEYS };
const ALL: CompareOptions = { rooms: ["r", "s"], isEverybodyHere: true };

const keys = (changed: Partial<Keys>): Look => ({ ...LOOK, keys: { ...KEYS, ...changed } });
const row = (changed: Partial<Row>) => keys({ rows: new Map([...KEYS.rows, ["r", { ...ROW_R, ...changed }]]) });
const p = (changed: Partial<HostView>): Look => ({ ...LOOK, hosts: [{ ...P, ...changed }, Q] });
const run = (changed: Partial<Run>) => p({ runs: [{ ...RUN_R, ...changed }] });
const ada = (changed: Partial<ClientView>): Look => ({ ...LOOK, clients: [{ ...ADA, ...changed }, BOB, CYD] });
const without = <K, V>(map: ReadonlyMap<K, V>, key: K) => new Map([...map].filter(([one]) => one !== key));
const faultsOf = (look: Look, options = ALL) => compare(look, options).join("\n");

describe("the comparison of directory, hosts and clients", () => {
  it("[FLT25] finds nothing where all agree", () => {
    assert.deepEqual(compare(LOOK, ALL), []);
    assert.deepEqual(compare(keys({ booked: new Map([["x", new Map([["dan", 4_000]])]]), ...notBooked }), ALL), []);
    const joining = run({ seats: { ada: true }, awaited: ["bob"] });
    const onlyAda = { ...ADA, sees: ["ada"] };
    const health = { ...joining.hosts[0]!, health: { rooms: 1, players: 1 } };
    assert.deepEqual(compare({ ...joining, hosts: [health, Q], clients: [onlyAda, CYD] }, ALL), []);
  });

  const notBooked: Partial<Keys> = {
    full: new Set(),
    open: new Map([
      ["nine", new Set(["s"])],
      ["nine?mode=1", new Set(["s"])],
    ]),
  };

  const faults: readonly (readonly [what: string, look: Look, fault: RegExp])[] = [
    ["a room that is lost", p({ runs: [] }), /room r is lost: nobody runs it/],
    ["a client in a room nobody has", p({ runs: [] }), /client ada in room r is in a room that nobody has/],
    ["a room that is listed and not run", p({ runs: [] }), /room r is listed at p, and nobody runs it/],
    [
      "a room that two processes run",
      { ...LOOK, hosts: [P, { ...Q, runs: [RUN_S, { ...RUN_R, epoch: 11 }] }] },
      /room r is doubled: it is run by p at epoch 10 and by q at epoch 11/,
    ],
    [
      "a room that is run and not listed",
      keys({ rows: without(KEYS.rows, "r") }),
      /room r is run by p, and nobody lists it/,
    ],
    ["a room listed at another process", row({ processId: "q" }), /room r is run by p, and listed at q/],
    ["a room listed at an earlier epoch", row({ epoch: 9 }), /room r is listed at epoch 9, p runs 10/],
    ["a wrong number of players", row({ clients: 1 }), /room r is listed with 1 players, p has seats of 2/],
    ["a room that stands still", run({ isRunning: false }), /room r stands still at p/],
    [
      "a log of another owner",
      keys({ owners: new Map([["r", { owner: "q", epoch: 11 }]]) }),
      /room r is run by p at epoch 10, its log says q at epoch 11/,
    ],
    [
      "a process that miscounts its rooms",
      p({ health: { rooms: 2, players: 2 } }),
      /p says it has 2 rooms, and runs 1/,
    ],
    ["a process that miscounts players", p({ health: { rooms: 1, players: 1 } }), /1 players, and 2 are connected/],
    ["a process that lists nothing", p({ listed: "away" }), /p lists no rooms: away/],
    ["a process that lists a room too few", p({ listed: LISTED.slice(1) }), /p does not list room r/],
    [
      "a process that lists a room too many",
      p({ listed: [...LISTED, { ...LISTED[0]!, roomId: "x" }] }),
      /p lists room x, of which the directory has no row/,
    ],
    ["a process that lists a room twice", p({ listed: [...LISTED, LISTED[0]!] }), /p lists room r twice/],
    [
      "a process that lists something else",
      p({ listed: [{ ...LISTED[0]!, players: 7 }, LISTED[1]!] }),
      /p lists room r at p with 7 players, the directory has it at p with 2/,
    ],
    [
      "rows of a process that is gone",
      keys({ at: new Map([...KEYS.at, ["z", new Set(["r"])]]) }),
      /rooms at z, which is/,
    ],
    [
      "a room among those of another process",
      keys({ at: new Map([...KEYS.at, ["q", new Set(["r", "s"])]]) }),
      /room r is among the rooms at q, its row says p/,
    ],
    [
      "a room that its process's list has not",
      keys({ at: without(KEYS.at, "p") }),
      /room r: it is missing among.* at p/,
    ],
    ["wrong seats", keys({ seats: new Map([...KEYS.seats, ["r", "1:2"]]) }), /room r: seats 2:2 expected, 1:2 got/],
    ["no seats", keys({ seats: without(KEYS.seats, "r") }), /room r: seats 2:2 expected, undefined got/],
    [
      "a full room that is offered",
      keys({ open: new Map([["nine", new Set(["r"])]]) }),
      /room r: it has 0 free seats, and is found in nine/,
    ],
    [
      "a free room that nobody finds",
      keys({ booked: new Map(), full: new Set() }),
      /room s: it has 1 free seats, and is missing in nine\?mode=1/,
    ],
    [
      "a room in an index of others",
      keys({ open: new Map([["board", new Set(["r"])]]) }),
      /room r is found by board, where it does not belong/,
    ],
    ["a room without places", keys({ places: without(KEYS.places, "r") }), /takes players, and is to be found by \[\]/],
    ["a locked room with places", row({ locked: true }), /takes no players, and is to be found by \[nine, /],
    ["a booked-up room nobody looks at", keys({ full: new Set() }), /room s: bookings alone fill it, and nobody looks/],
    ["a full room somebody looks at", keys({ full: new Set(["r", "s"]) }), /room r: somebody looks when these end/],
    ["a room that is being made", keys({ due: new Set(["x"]) }), /room x is being made/],
    [
      "what is left of an index",
      keys({ open: new Map([["nine", new Set(["x"])]]) }),
      /x .*left over in the index nine/,
    ],
    ["what is left of a process's list", keys({ at: new Map([["p", new Set(["r", "x"])]]) }), /x .*among those at p/],
    ["what is left of seats", keys({ seats: new Map([...KEYS.seats, ["x", "1:2"]]) }), /x .*left over among the seats/],
    [
      "what is left of places",
      keys({ places: new Map([...KEYS.places, ["x", []]]) }),
      /x .*left over among the places/,
    ],
    ["what is left of full rooms", keys({ full: new Set(["s", "x"]) }), /x .*left over among the full ones/],
    ["what is left of bookings", keys({ booked: new Map([["x", new Map([["dan", 6_000]])]]) }), /x .*with bookings/],
    ["a key that nobody knows", keys({ strange: ["ninelives:{rooms}:x"] }), /a key that nobody knows: ninelives:/],
    [
      "a seat that is taken and booked",
      keys({ booked: new Map([["r", new Map([["ada", 6_000]])]]) }),
      /client ada in room r has its seat, and has booked it, too/,
    ],
    ["a client that is not connected", ada({ connection: "RECONNECTING" }), /client ada in room r is RECONNECTING/],
    ["a client without a seat", run({ seats: { bob: true } }), /client ada in room r has no seat at p/],
    [
      "a client taken to be away",
      run({ seats: { ada: false, bob: true } }),
      /ada in room r is taken by p to be somewhere/,
    ],
    ["a client of an earlier epoch", ada({ epoch: 9 }), /ada in room r knows epoch 9, p runs 10/],
    ["a client ahead of its host", ada({ tick: 101 }), /ada in room r was shown tick 101, p has come to 100/],
    ["a client that sees others", ada({ sees: ["ada", "eve"] }), /ada in room r sees \[ada, eve\], p has \[ada, bob\]/],
    ["a seat of nobody", { ...LOOK, clients: [ADA, CYD] }, /room r has a seat of bob, who is no client/],
    ["an answered command that is missing", ada({ answered: 5 }), /answered 5 commands, of which its room has 4/],
    ["a command that was never sent", ada({ sent: 3 }), /ada in room r sent 3 commands, its room has 4/],
    [
      "a command that ran twice",
      ada({ tally: { added: 4, most: 2 } }),
      /ada in room r sent a command that ran 2 times/,
    ],
  ];
  for (const [what, look, fault] of faults) it(`[FLT25] finds ${what}`, () => assert.match(faultsOf(look), fault));
});
