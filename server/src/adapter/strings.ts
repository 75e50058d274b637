/**
 * Half of a surrogate pair in a string, which any client can send in a name, makes Colyseus's encoder write a length that does
 * not fit the bytes: every reader of that patch, and of every whole state after it, loses what follows. Here such halves go
 * out as U+FFFD, as they would in UTF-8 anywhere else.
 *
 * `encode.string` serves map keys and collections; the fields of a class keep their own reference to it, in the class's
 * metadata and, once an instance was made, in its encode descriptor.
 */
import { encode, type Schema, type TypeContext } from "@colyseus/schema";

type EncodeString = typeof encode.string;
type Encoders = (EncodeString | undefined)[];

const stock: EncodeString = encode.string;
const wellFormed: EncodeString = (bytes, value, it) => {
  return stock(bytes, typeof value === "string" ? value.toWellFormed() : value, it);
};

encode.string = wellFormed;

interface SchemaInternals {
  readonly [Symbol.metadata]: { readonly "~encoders"?: Encoders };
  readonly "~__encodeDescriptor"?: { readonly encoders: Encoders };
}

const done = new WeakSet<typeof Schema>();

/** Makes the string fields of all classes of a tree write well-formed strings. */
export function wellFormedStrings(context: TypeContext): void {
  for (const made of context.schemas.keys()) {
    if (done.has(made)) continue;
    done.add(made);
    const internals = made as unknown as SchemaInternals;
    for (const encoders of [internals[Symbol.metadata]["~encoders"], internals["~__encodeDescriptor"]?.encoders]) {
      encoders?.forEach((encoder, index) => {
        if (encoder === stock) encoders[index] = wellFormed;
      });
    }
  }
}
