/** defineHost(): what a wrong configuration is answered with. */
import assert from "node:assert/strict";
import { defineHost, storeFromEnv } from "@ninelives/server";
import { defineRoomType, type FieldIssue, LIMITS, NetError } from "@ninelives/shared-schema";
import { Lab, LabRoom, LabState } from "../../test/support/lab.ts";
import { BoardRoom } from "../../test/support/plain-room.ts";
import { z } from "zod";

const Named = defineRoomType({
  name: "named",
  tickHz: 20,
  maxPlayers: 2,
  state: LabState,
  options: z.object({ name: z.string() }),
});
const lab = { type: Lab, room: LabRoom };

/** The issues a configuration is refused with, as `field: message`. */
function refused(config: object): string[] {
  try {
    defineHost(config as never);
  } catch (error) {
    assert.ok(error instanceof NetError && error.name === "CONFIG_INVALID", String(error));
    return (error.details.issues as FieldIssue[]).map(({ field, message }) => `${field}: ${message}`);
  }
  return assert.fail("not refused");
}

describe("defineHost", () => {
  it("takes typed and plain rooms and fills in every default", () => {
    const host = defineHost({ rooms: { lab, board: BoardRoom } });
    assert.deepEqual(
      [...host.rooms].map(([name, { kind }]) => [name, kind]),
      [
        ["lab", "typed"],
        ["board", "plain"],
      ],
    );
    assert.deepEqual([host.seatHoldSeconds, host.origins, host.pages, host.store], [60, [], undefined, storeFromEnv()]);
    assert.deepEqual(host.strain, LIMITS.strain);
    assert.deepEqual(storeFromEnv({}), { kind: "file", dir: ".ninelives" });
    assert.deepEqual(storeFromEnv({ NINELIVES_DIR: "/x" }), { kind: "file", dir: "/x" });
  });

  const wrong: readonly [string, object, RegExp][] = [
    ["no rooms", { rooms: {} }, /^rooms: at least one room expected, got an object with $/],
    ["a room's name", { rooms: { "Lab!": lab } }, /^rooms\.Lab!: /],
    ["a room that is no class", { rooms: { lab: 7 } }, /^rooms\.lab: .*object.*, got 7$/],
    [
      "a class that is no room",
      { rooms: { lab: Date } },
      /^rooms\.lab: a class that extends Colyseus's Room expected, got class Date$/,
    ],
    [
      "a typed room of a plain class",
      { rooms: { lab: { type: Lab, room: BoardRoom } } },
      /^rooms\.lab\.room: .*GameRoom expected, got class BoardRoom$/,
    ],
    [
      "a type not made by defineRoomType",
      { rooms: { lab: { type: { name: "lab" }, room: LabRoom } } },
      /^rooms\.lab\.type: .*defineRoomType.*, got an object with name$/,
    ],
    [
      "a type under another name",
      { rooms: { arena: lab } },
      /^rooms\.arena\.type: the type named "arena" expected, "lab" got$/,
    ],
    ["rooms kept ready, too many", { rooms: { lab: { ...lab, warm: 101 } } }, /^rooms\.lab\.warm: .*100.*, got 101$/],
    ["rooms kept ready, half a one", { rooms: { lab: { ...lab, warm: 0.5 } } }, /^rooms\.lab\.warm: .*got 0\.5$/],
    [
      "[MM11] rooms kept ready of a type whose options have no default",
      { rooms: { named: { type: Named, room: LabRoom, warm: 1 } } },
      /^rooms\.named\.warm: join options that all have a default expected, join options of "named": name: /,
    ],
    ["an unknown field of a room", { rooms: { lab: { ...lab, turning: "x.yaml" } } }, /^rooms\.lab: .*turning/],
    ["an unknown field", { rooms: { lab }, seatHold: 5 }, /seatHold/],
    [
      "a way from a version that is not before the type's own",
      { rooms: { lab: { ...lab, migrate: { 1: () => ({}) } } } },
      /^rooms\.lab\.migrate: a version before the type's own, 1, expected, "1" got$/,
    ],
    [
      "a way that is no function",
      { rooms: { lab: { ...lab, migrate: { 1: 7 } } } },
      /^rooms\.lab\.migrate.*function expected, got 7$/,
    ],
    ["[TK25] tickBudget", { rooms: { lab }, tickBudget: 1.5 }, /^tickBudget: .*1, got 1\.5$/],
    ["[TK29] onOverBudget", { rooms: { lab }, onOverBudget: "kill" }, /^onOverBudget: .*"throttle".*, got "kill"$/],
    ["finishWithinSeconds", { rooms: { lab }, finishWithinSeconds: -1 }, /^finishWithinSeconds: .*0, got -1$/],
    ["seatHoldSeconds", { rooms: { lab }, seatHoldSeconds: -1 }, /^seatHoldSeconds: .*0, got -1$/],
    ["seatHoldSeconds as text", { rooms: { lab }, seatHoldSeconds: "60" }, /^seatHoldSeconds: .*number.*, got "60"$/],
    ["a limit", { rooms: { lab }, limits: { connections: 0 } }, /^limits\.connections: .*1, got 0$/],
    [
      "a limit's rate",
      { rooms: { lab }, limits: { joinsPerAddress: { perSecond: -1 } } },
      /^limits\.joinsPerAddress\.perSecond: .*0, got -1$/,
    ],
    [
      "a burst less than a frame",
      { rooms: { lab }, limits: { bytesPerConnection: { burst: 100 } } },
      /^limits\.bytesPerConnection: a burst of at least one frame, 16384, expected, got an object with burst$/,
    ],
    [
      "a strain that is none",
      { rooms: { lab }, strain: { halfPatchesAt: 1.5 } },
      /^strain\.halfPatchesAt: a number from 0\.3 to 1, or false, expected, got 1\.5$/,
    ],
    [
      "a strain that is `true`",
      { rooms: { lab }, strain: { refuseJoinsAt: true } },
      /^strain\.refuseJoinsAt: .* or false, expected, got true$/,
    ],
    [
      "a strain below the one before",
      { rooms: { lab }, strain: { nearInterestAt: false, nearestInterestAt: 0.83 } },
      /^strain\.nearestInterestAt: at least thirdPatchesAt, 0\.9, expected, got 0\.83$/,
    ],
    ["a time of strain", { rooms: { lab }, strain: { calmMs: 10 } }, /^strain\.calmMs: .*1000, got 10$/],
    ["an unknown part of strain", { rooms: { lab }, strain: { spectatorsAt: 0.5 } }, /^strain: .*spectatorsAt/],
    [
      "a method",
      { rooms: { lab }, remoteMethods: ["score of"] },
      /^remoteMethods\[0\]: the name of a method .*"score of"$/,
    ],
    ["an unknown limit", { rooms: { lab }, limits: { sockets: 7 } }, /^limits: .*sockets/],
    [
      "a range",
      { rooms: { lab }, limits: { exempt: ["10.0.0.0/40"] } },
      /^limits\.exempt\[0\]: an address, or a range .* expected, got "10\.0\.0\.0\/40"$/,
    ],
    ["a proxy", { rooms: { lab }, trustedProxies: ["proxy"] }, /^trustedProxies\[0\]: an address, .*, got "proxy"$/],
    ["an origin", { rooms: { lab }, origins: ["everywhere"] }, /^origins\[0\]: .*URL.*, got "everywhere"$/i],
    [
      "[AU11] an origin that stands for several",
      { rooms: { lab }, origins: ["https://*.example.com"] },
      /^origins\[0\]: .* without \*/,
    ],
    ["a store", { rooms: { lab }, store: { kind: "disk" } }, /^store\.kind: .*, got "disk"$/],
    [
      "a tuning file that is not there",
      { rooms: { lab: { ...lab, tuning: "nowhere.yaml" } } },
      /^rooms\.lab\.tuning: a readable file expected, .*nowhere\.yaml/,
    ],
  ];
  for (const [what, config, expected] of wrong) {
    it(`[CFG1] ${what}: refused with field, expected and got`, () => {
      const issues = refused(config);
      assert.equal(issues.length, 1, issues.join("\n"));
      assert.match(issues[0]!, expected);
    });
  }

  it("[CFG1] every wrong field has an issue of its own", () => {
    assert.equal(refused({ rooms: { lab }, seatHoldSeconds: 9_999, origins: ["a", "b"], pages: 7 }).length, 4);
  });
});
