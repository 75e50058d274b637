/**
 * Which fields of a room's trees the log does not carry, and why. A field that is missing in the patches or in the whole
 * state is missing in the log too: after a restore it has an older value or none.
 */
import { $numFields, type Schema, TypeContext } from "@colyseus/schema";

const WHY = {
  deprecated: "deprecated() is left out of the whole state, and readers skip it",
  stream: "a stream hands out its elements a few per tick and player, so a patch is not what changed",
  patchOnly: "patchOnly() is left out of the whole state, so a restore from a snapshot does not have it",
  fullStateOnly: "fullStateOnly() is left out of patches, so a restore has its value of the last snapshot",
  unreliable: "unreliable() changes do not travel with the patches, so a restore has its value of the last snapshot",
  noSync: "noSync() never leaves the instance it is on",
} as const;

export interface UnloggedField {
  readonly owner: new () => Schema;
  readonly field: string;
  readonly kind: keyof typeof WHY;
  /** One sentence: class, field and what that means. */
  readonly why: string;
}

interface FieldMeta {
  readonly name: string;
  readonly deprecated?: boolean;
}

type ClassMetadata = Readonly<Record<number, FieldMeta | undefined>> & Readonly<Record<string, unknown>>;

interface SchemaInternals {
  readonly name: string;
  readonly [Symbol.metadata]: ClassMetadata;
  /** Values of the fields that have a default, `.noSync()` ones included. */
  _getDefaultValues?(): Readonly<Record<string, unknown>>;
}

/** Keys under which Colyseus lists a class's fields of a kind. */
const LISTS = [
  ["stream", "~__streamFieldIndexes"],
  ["patchOnly", "~__patchOnlyFieldIndexes"],
  ["fullStateOnly", "~__fullStateOnlyFieldIndexes"],
  ["unreliable", "~__unreliableFieldIndexes"],
] as const;

/** Every unlogged field of every class that can be reached from `root`. */
export function unloggedFields(root: new () => Schema): UnloggedField[] {
  const classes = [...new TypeContext(root as unknown as typeof Schema).schemas.keys()] as unknown as SchemaInternals[];
  return classes.flatMap((owner) => [...syncedFields(owner), ...localFields(owner)]);
}

function syncedFields(owner: SchemaInternals): UnloggedField[] {
  const metadata = owner[Symbol.metadata];
  const last = (metadata[$numFields] as number | undefined) ?? -1;
  const found: UnloggedField[] = [];
  for (let index = 0; index <= last; index++) {
    const field = metadata[index];
    const kind = field === undefined ? undefined : kindOf(metadata, field, index);
    if (kind !== undefined) found.push(unlogged(owner, field!.name, kind));
  }
  return found;
}

function kindOf(metadata: ClassMetadata, field: FieldMeta, index: number): UnloggedField["kind"] | undefined {
  if (field.deprecated === true) return "deprecated";
  return LISTS.find(([, key]) => (metadata[key] as readonly number[] | undefined)?.includes(index))?.[0];
}

/** They are not in the metadata; those with a default show among the class's defaults, the others nowhere. */
function localFields(owner: SchemaInternals): UnloggedField[] {
  const metadata = owner[Symbol.metadata];
  const synced = new Set<string>();
  for (const index in metadata) synced.add(metadata[Number(index)]!.name);
  const defaults = Object.hasOwn(owner, "_getDefaultValues") ? Object.keys(owner._getDefaultValues!()) : [];
  return defaults.filter((field) => !synced.has(field)).map((field) => unlogged(owner, field, "noSync"));
}

function unlogged(owner: SchemaInternals, field: string, kind: UnloggedField["kind"]): UnloggedField {
  return { owner: owner as unknown as new () => Schema, field, kind, why: `${owner.name}.${field}: ${WHY[kind]}.` };
}
