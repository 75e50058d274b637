/**
 * `clear()` of a set of Colyseus does not let go of what it held, as that of every other collection does: the instances stay
 * attached to a tree they are no longer in, their changes go into every later patch without an owner, and the ones that come
 * back behind a `.view()` field are taken for shown. Here they are let go of first.
 */
import { $changes, SetSchema } from "@colyseus/schema";

// oxlint-disable-next-line typescript/unbound-method -- called on a set below
const { clear } = SetSchema.prototype;

SetSchema.prototype.clear = function letGoAndClear(this: SetSchema): void {
  const tree = this[$changes];
  tree.forEachChild((child) => tree.root?.remove(child));
  clear.call(this);
};
