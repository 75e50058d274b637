/**
 * One random room whose owner dies and whose next owner goes on: what is rebuilt from the log must be the live room, under the
 * same ids, and a client that kept its decoder must follow the next owner from the whole state on.
 */
import assert from "node:assert/strict";
import { $refId, Decoder, type IRef, type Schema } from "@colyseus/schema";
import { readRecords, RoomImage } from "@ninelives/shared-schema";
import fc from "fast-check";
import { rebuilt } from "../../src/adapter.ts";
import { buildTree, type TreeClasses, treeSpecArb } from "./random-schema.ts";
import { stepArb, type Step } from "./random-values.ts";
import { World } from "./random-world.ts";
import { firstDifference } from "./same-tree.ts";
import { SealedRoom } from "./sealed-room.ts";

/** Entries of a set that a reader cannot tell apart are one after a restore. */
const ANY_ORDER = { anyOrder: true };

/** No field is emptied: a client that gets the whole state anew keeps what an emptied field held (upstream). */
const keepingArb = stepArb.map((step) => (step.kind % 8 === 0 ? { ...step, kind: step.kind + 1 } : step));
const ticksArb = fc.array(fc.array(keepingArb, { maxLength: 6 }), { minLength: 1, maxLength: 5 });

export const restoreArb = fc.record({
  state: treeSpecArb({ hidden: false }),
  before: ticksArb,
  after: ticksArb,
  /** An instance may be in several places: the log is right then, while Colyseus's client is not always. */
  shares: fc.boolean(),
});

type Case = typeof restoreArb extends fc.Arbitrary<infer T> ? T : never;

export function tryRestore(spec: Case): void {
  const classes = buildTree(spec.state, "");
  const memoryClasses = buildTree(spec.state, "M");
  const first = new World(classes, { shares: spec.shares });
  const room = new SealedRoom(first.root, new memoryClasses.root(), { plain: 1, viewing: 0 });
  const image = new RoomImage(classes.root, memoryClasses.root);
  const client = spec.shares ? undefined : new Decoder(new classes.root());
  client?.decode(room.wholeState());
  read(image, room.snapshot());
  play(room, first, spec.before, (record) => read(image, record), client);

  const root = rebuilt(image.state, { pinned: true });
  assert.equal(firstDifference(first.root, root, ANY_ORDER), undefined, "rebuilt");
  const ids = idsOf(first.root, classes);
  assert.deepEqual(idsOf(root, classes), ids, "the ids that clients know");

  const second = new World(classes, { shares: spec.shares, root });
  const next = new SealedRoom(root, rebuilt(image.memory, { pinned: false }), { plain: 1, viewing: 0 });
  const nextImage = new RoomImage(classes.root, memoryClasses.root);
  read(nextImage, next.snapshot());
  assert.equal(firstDifference(root, nextImage.state, ANY_ORDER), undefined, "the next owner's first snapshot");
  client?.decodeResync(next.wholeState());
  if (client !== undefined)
    assert.equal(firstDifference(root, client.state, ANY_ORDER), undefined, "a client after its resync");
  play(next, second, spec.after, (record) => read(nextImage, record), client);
  assert.equal(firstDifference(root, nextImage.state, ANY_ORDER), undefined, "the next owner's log");
}

function play(
  room: SealedRoom,
  world: World,
  ticks: readonly (readonly Step[])[],
  logged: (record: Uint8Array) => void,
  client: Decoder<Schema> | undefined,
): void {
  for (const steps of ticks) {
    for (const step of steps) world.apply(step);
    const { record, seen, isWhole } = room.tick();
    logged(record);
    if (seen === undefined || client === undefined) continue;
    if (isWhole) client.decodeResync(seen);
    else client.decode(seen);
    assert.equal(firstDifference(world.root, client.state, ANY_ORDER), undefined, "a client");
  }
}

function read(image: RoomImage<Schema, Schema>, record: Uint8Array): void {
  for (const each of readRecords(record).records) image.apply(each);
}

function idsOf(root: Schema, classes: TreeClasses): number[] {
  const ids = new World(classes, { shares: true, root }).instances().map((instance) => (instance as IRef)[$refId]!);
  return ids.sort((a, b) => a - b);
}
