/**
 * One random room, played through: at every tick, from every snapshot, snapshot + entries must be the live state, hidden
 * fields and memory included, and a client that sees what everyone sees must have got the log's own bytes.
 */
import assert from "node:assert/strict";
import { Schema, TypeContext } from "@colyseus/schema";
import { readRecords, RecordKind, RoomImage } from "@ninelives/shared-schema";
import fc from "fast-check";
import { buildTree, hidesInstances, type TreeClasses, treeSpecArb } from "./random-schema.ts";
import { stepArb, type Step } from "./random-values.ts";
import { World } from "./random-world.ts";
import { firstDifference } from "./same-tree.ts";
import { SealedRoom } from "./sealed-room.ts";

interface TickSpec {
  readonly state: readonly Step[];
  readonly memory: readonly Step[];
  /** What a client's view gains or loses in this tick. */
  readonly views: readonly Step[];
  /** A client joins between the mutations and the patch. */
  readonly joins: boolean;
  readonly snapshots: boolean;
}

const ticksArb: fc.Arbitrary<TickSpec[]> = fc.array(
  fc.record({
    state: fc.array(stepArb, { maxLength: 6 }),
    memory: fc.array(stepArb, { maxLength: 3 }),
    views: fc.array(stepArb, { maxLength: 2 }),
    joins: fc.boolean(),
    snapshots: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

export const caseArb = fc.record({
  state: treeSpecArb({ hidden: true }),
  memory: treeSpecArb({ hidden: false }),
  clients: fc.record({ plain: fc.nat(1), viewing: fc.nat(2) }),
  ticks: ticksArb,
});

type Case = typeof caseArb extends fc.Arbitrary<infer T> ? T : never;

/** Ticks played, and those of them where a snapshot stood for the patch. */
export const counts = { ticks: 0, snapshots: 0 };

/** Plays one room. What it did is in the message of every failure. */
export function tryRoom(spec: Case): void {
  const done: string[] = [];
  const console = muteConsole();
  const stateClasses = buildTree(spec.state, "");
  const memoryClasses = buildTree(spec.memory, "M");
  try {
    play(spec, stateClasses, memoryClasses, done);
  } catch (error) {
    const story = [(error as Error).message, shapeOf(stateClasses), shapeOf(memoryClasses), ...done].join("\n");
    throw new Error(story, { cause: error });
  } finally {
    console.restore();
    forget(stateClasses);
    forget(memoryClasses);
  }
}

function play(spec: Case, stateClasses: TreeClasses, memoryClasses: TreeClasses, done: string[]): void {
  const state = new World(stateClasses, { shares: !hidesInstances(spec.state) });
  const memory = new World(memoryClasses, { shares: true });
  const room = new SealedRoom(state.root, memory.root, spec.clients);
  const newImage = () => new RoomImage(stateClasses.root, memoryClasses.root);
  const images = [newImage()];
  applyInSilence(images[0]!, room.snapshot());
  for (const [index, tick] of spec.ticks.entries()) {
    done.push(`-- tick ${index + 1}`);
    for (const step of tick.state) done.push(state.apply(step));
    for (const step of tick.memory) done.push(memory.apply(step));
    for (const step of tick.views) done.push(changeView(room, state, step));
    if (tick.joins) room.join(index);
    const { record, kind, seen, shared } = room.tick();
    if (kind === RecordKind.SNAPSHOT) done.push("(the patch does not decode to the live room: a snapshot instead)");
    counts.ticks++;
    if (kind === RecordKind.SNAPSHOT) counts.snapshots++;
    if (seen !== undefined && kind === RecordKind.ENTRY)
      assert.deepEqual(Buffer.from(seen), Buffer.from(shared!), "a client got other bytes than the log");
    for (const image of images) applyInSilence(image, record);
    if (tick.snapshots) {
      // It is a record of the log: whoever reads on from an older one reads it too.
      const snapshot = room.snapshot();
      images.push(newImage());
      for (const image of images) applyInSilence(image, snapshot);
      done.push("(snapshot)");
    }
    for (const [from, image] of images.entries()) {
      assert.equal(
        firstDifference(state.root, image.state),
        undefined,
        `state at tick ${index + 1} from snapshot ${from}`,
      );
      assert.equal(
        firstDifference(memory.root, image.memory),
        undefined,
        `memory at tick ${index + 1} from snapshot ${from}`,
      );
    }
  }
}

function changeView(room: SealedRoom, world: World, step: Step): string {
  const { views } = room;
  if (views.length === 0) return "";
  const view = views[step.index % views.length]!;
  const instances = world.instances();
  const instance = instances[step.slot % instances.length]!;
  const loses = step.kind % 4 === 0;
  try {
    if (loses) view.remove(instance);
    else view.add(instance, step.kind % 4 === 1 ? 1 : undefined);
  } catch {
    // Colyseus takes some instances for detached that came back into the tree; a game would see the throw.
    return `view refuses ${world.nameOf(instance)}`;
  }
  return `view ${loses ? "loses" : "gains"} ${world.nameOf(instance)}`;
}

function readOne(bytes: Uint8Array) {
  const { records, damage } = readRecords(bytes);
  assert.equal(damage, undefined);
  assert.equal(records.length, 1);
  return records[0]!;
}

/** Colyseus reports a desync on the console and goes on. The mirror hears of many, on purpose; a reader of the log of none. */
function muteConsole(): { restore(): void } {
  const { error, warn, log } = console;
  const silent = () => {};
  Object.assign(console, { error: silent, warn: silent, log: silent });
  return { restore: () => void Object.assign(console, { error, warn, log }) };
}

function applyInSilence(image: RoomImage<Schema, Schema>, record: Uint8Array): void {
  const heard: unknown[] = [];
  const { error, warn } = console;
  // Warnings of a reference counted once too often do no harm by themselves: what they may lead to is looked at.
  Object.assign(console, { error: (text: unknown) => heard.push(text), warn() {} });
  try {
    image.apply(readOne(record));
  } finally {
    Object.assign(console, { error, warn });
  }
  assert.deepEqual(heard, [], "the reader complained");
}

function shapeOf(classes: TreeClasses): string {
  return classes.all
    .map((made) => {
      const metadata = (
        made as unknown as Record<symbol, Record<string, { name: string; type: unknown; tag?: number }>>
      )[Symbol.metadata]!;
      const fields = Object.values(metadata).map(
        ({ name, type, tag }) => `${name}: ${typeName(type)}${tag === undefined ? "" : `.view(${tag})`}`,
      );
      return `class ${made.name} { ${fields.join(", ")} }`;
    })
    .join("\n");
}

function typeName(type: unknown): string {
  if (typeof type === "string") return type;
  if (typeof type === "function") return type.name;
  return Object.entries(type as object)
    .map(([shape, of]) => `${shape}<${shape === "quantized" ? "" : typeName(of)}>`)
    .join();
}

/** Colyseus keeps every class it ever saw; a long run would not fit in memory. */
function forget(classes: TreeClasses): void {
  for (const made of classes.all) {
    TypeContext.cachedContexts.delete(made as unknown as typeof Schema);
    TypeContext.inheritedTypes.delete(made as unknown as typeof Schema);
  }
}
