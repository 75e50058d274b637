/**
 * What follows from a room type's value, checked by the compiler: `npm run check` fails when a line under `@ts-expect-error`
 * compiles, and when any other line here does not.
 */
import assert from "node:assert/strict";
import type {
  CommandInput,
  CommandName,
  CommandPayload,
  CommandResult,
  EventInput,
  EventName,
  InputFields,
  JoinInput,
  JoinOptions,
  MemoryOf,
  StateOf,
  TuningOf,
} from "../src/index.ts";
import type { Bare, Duel } from "../../test/support/duel.type.ts";

type D = typeof Duel;
type B = typeof Bare;

/** Compiles when A and B are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(holds: T): T => holds;

describe("the types of a room type", () => {
  it("[RT4] names of commands and events are the declared ones", () => {
    yes<Same<CommandName<D>, "rename" | "yield">>(true);
    yes<Same<EventName<D>, "won" | "tied">>(true);
    yes<Same<CommandName<B>, never>>(true);
    yes<Same<EventName<B>, never>>(true);
    const name: CommandName<D> = "rename";
    // @ts-expect-error -- not a command of the type
    const wrong: CommandName<D> = "renam";
    assert.notEqual(name, wrong as string);
  });

  it("[RT4] a payload is looser for who sends it than for who gets it: defaults are filled in", () => {
    const sent: CommandInput<D, "rename"> = { to: "Ada" };
    const got: CommandPayload<D, "rename"> = { to: "Ada", loud: false };
    // @ts-expect-error -- `loud` has a default, so a handler always has it
    const lacking: CommandPayload<D, "rename"> = { to: "Ada" };
    // @ts-expect-error -- `to` is missing
    const missing: CommandInput<D, "rename"> = {};
    // @ts-expect-error -- `to` is a string
    const number: CommandInput<D, "rename"> = { to: 1 };
    // @ts-expect-error -- not a field of the payload
    const unknown: CommandInput<D, "rename"> = { to: "Ada", too: "Eve" };
    assert.deepEqual(
      [sent.to, got.loud, lacking.to, missing.loud, number.loud, unknown.to],
      ["Ada", false, "Ada", undefined, undefined, "Ada"],
    );
  });

  it("[RT4] results and events have their own fields", () => {
    const result: CommandResult<D, "yield"> = { round: 2 };
    // @ts-expect-error -- the result of another command
    const other: CommandResult<D, "yield"> = { was: "Ada" };
    const event: EventInput<D, "won"> = { by: "Ada" };
    // @ts-expect-error -- `by` is missing
    const empty: EventInput<D, "won"> = {};
    assert.deepEqual([result.round, other.round, event.by, empty.by], [2, undefined, "Ada", undefined]);
  });

  it("[RT4] state, memory, tuning and join options are those of the type", () => {
    yes<Same<StateOf<D>["round"], number>>(true);
    yes<Same<MemoryOf<D>["secret"], number>>(true);
    yes<Same<TuningOf<D>, { speed: number }>>(true);
    yes<Same<JoinOptions<D>, { name: string }>>(true);
    // @ts-expect-error -- not a field of the state
    type Wrong = StateOf<D>["rounds"];
    // @ts-expect-error -- memory is not state
    type Leak = StateOf<D>["secret"];
    // @ts-expect-error -- the name is missing
    const nameless: JoinInput<D> = {};
    const bare: JoinInput<B> = {};
    assert.deepEqual([nameless, bare], [{}, {}] satisfies [Wrong?, Leak?] | object[]);
  });

  it("[RT4] an input's fields are each optional, and no others", () => {
    const some: InputFields<D> = { dx: 1 };
    const none: InputFields<D> = {};
    // @ts-expect-error -- not a field of the input
    const wrong: InputFields<D> = { dy: 1 };
    // @ts-expect-error -- `fire` is a boolean
    const number: InputFields<D> = { fire: 1 };
    assert.deepEqual([some.dx, none.dx, wrong.dx, number.fire as unknown], [1, undefined, undefined, 1]);
  });
});
