/** Every way an ArraySchema may be changed. */
import { ArraySchema } from "@colyseus/schema";
import type { Step } from "./random-values.ts";

export function newArray(items: readonly unknown[]): ArraySchema<unknown> {
  return new ArraySchema(...items);
}

/** Does one thing to the array and says what. `items` are new elements, each once. */
export function changeArray(
  array: ArraySchema<unknown>,
  items: readonly unknown[],
  step: Step,
  name: (item: unknown) => string,
): string {
  const fresh = items.filter((item) => typeof item !== "object" || !array.includes(item));
  const names = fresh.map(name).join(", ");
  const { length } = array;
  const at = step.index % Math.max(1, length);
  switch (step.kind % 14) {
    case 0:
      array.pop();
      return ".pop()";
    case 1:
      array.shift();
      return ".shift()";
    case 2:
      if (fresh.length > 0) array.unshift(...fresh);
      return `.unshift(${names})`;
    case 3: {
      const count = Math.min(step.value % 3, length - at);
      if (length > 0) array.splice(at, count, ...fresh);
      return `.splice(${at}, ${count}, ${names})`;
    }
    case 4: {
      const count = Math.min(1 + (step.value % 2), length - at);
      if (length > 0) array.splice(at, count);
      return `.splice(${at}, ${count})`;
    }
    case 5:
      array.reverse();
      return ".reverse()";
    case 6:
      array.sort((a, b) => rank(a) - rank(b));
      return ".sort()";
    case 7: {
      const other = (at + 1 + (step.value % 3)) % Math.max(1, length);
      if (length > 1) array.move((moved) => ([moved[at], moved[other]] = [moved[other], moved[at]]));
      return `.move([${at}] <-> [${other}])`;
    }
    case 8:
      array.clear();
      return ".clear()";
    case 9:
    case 10:
      if (length > 0 && fresh.length > 0) array[at] = fresh[0];
      return `[${at}] = ${name(fresh[0])}`;
    default:
      if (fresh.length > 0) array.push(...fresh);
      return `.push(${names})`;
  }
}

const ranks = new WeakMap<object, number>();
let nextRank = 0;

/** A total order: numbers by size, everything else by a rank of its own. */
function rank(value: unknown): number {
  if (typeof value === "number") return Number.isNaN(value) ? 0 : Math.max(-1e300, Math.min(1e300, value));
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return value === true ? 1 : 0;
  let found = ranks.get(value);
  if (found === undefined) ranks.set(value, (found = (nextRank++ * 7) % 101));
  return found;
}
