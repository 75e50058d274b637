/** What a connection shows of the state is seen with its welcome: by itself, and against a real room whose tick a test holds back. */
import assert from "node:assert/strict";
import { connect, type OpenSocket, openWebSocket } from "@ninelives/client";
import { LIMITS } from "@ninelives/shared-schema";
import { Lab } from "../../../test/support/lab.ts";
import { cut, startStepped, type Stepped } from "../../../test/support/stepped.ts";
import { until } from "../../../test/support/until.ts";
import { StateGate } from "../../src/delivery/state-gate.ts";

const frame = (bytes: number) => new ArrayBuffer(bytes);
/** Opcodes of the whole state and of a patch, without their modifier. */
const isState = (data: ArrayBuffer) => [14, 15].includes(new Uint8Array(data)[0]! & 0x1f);

describe("states before the welcome of their connection", () => {
  let shown: number[];
  let wasFull: number;
  let gate: StateGate;
  beforeEach(() => {
    [shown, wasFull] = [[], 0];
    gate = new StateGate({ take: ({ byteLength }) => shown.push(byteLength), full: () => wasFull++ });
  });

  it("[MOV12] wait, and are shown in their order when it comes", () => {
    for (const bytes of [3, 1, 2]) gate.pass(frame(bytes));
    assert.deepEqual(shown, []);
    gate.open();
    gate.pass(frame(4));
    assert.deepEqual(shown, [3, 1, 2, 4]);
  });

  it("[MOV12] are forgotten with a connection that was not welcomed", () => {
    gate.pass(frame(1));
    gate.close();
    gate.pass(frame(2));
    gate.open();
    assert.deepEqual(shown, [2]);
  });

  it("[MOV12] are held up to a cap, then the connection is not believed", () => {
    for (let held = 0; held < LIMITS.earlyStates; held++) gate.pass(frame(1));
    assert.equal(wasFull, 0);
    gate.pass(frame(1));
    assert.equal(wasFull, 1);
  });
});

describe("a player who comes back between two ticks", () => {
  let stepped: Stepped;
  beforeEach(async () => (stepped = await startStepped()));
  afterEach(() => stepped.host.stop());

  it("[MOV12] sees the state at the next one, with the epoch it is of", async () => {
    let states = 0;
    const openSocket: OpenSocket = (...address) => {
      const socket = openWebSocket(...address);
      (socket as unknown as EventTarget).addEventListener("message", (event) => {
        if (isState((event as MessageEvent<ArrayBuffer>).data)) states++;
      });
      return socket;
    };
    const client = connect(stepped.host.url, { random: () => 0.2, openSocket });
    const ada = await stepped.pump(client.create(Lab, {}));
    await stepped.ticks(2);
    const [before, { state }] = [states, ada];
    let patches = 0;
    ada.onPatch(() => patches++);
    cut(ada);
    stepped.inside(ada).state.count = 7;
    await until("the whole state on the new connection", () => states > before);
    assert.deepEqual([ada.connection.state, patches, state.count], ["CONNECTED", 0, 0]);
    await until("the state", () => (stepped.clock.advance(20), state.count === 7));
    assert.ok(patches > 0);
    assert.equal(ada.state, state);
  });
});
