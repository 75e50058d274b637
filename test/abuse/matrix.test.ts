/**
 * The rows of `npm run bench -- abuse` on our side, small: what is promised of counts and outcomes. Figures that hang on what else the
 * machine does are the bench's. Each row has a server in a process of its own; a few run at a time.
 */
import assert from "node:assert/strict";
import { ROWS } from "../../bench/abuse/rows.ts";
import type { Row, Side } from "../../bench/abuse/row.ts";
import { SIZES } from "../../bench/abuse/sizes.ts";
import { type Result, runRow } from "../../bench/abuse/stage.ts";

const AT_ONCE = 3;
/** Tried with all its cases in a suite of its own. */
const ELSEWHERE = "D3";
/** What stock does is quick and certain here. */
const STOCK = {
  E1: { does: "a handler that throws ends the process", figure: /: the process (ended|shuts down)/ },
  D5: { does: "a foreign page has its socket", figure: /socket 101/ },
} as const;

const rows = ROWS.filter(({ id }) => id !== ELSEWHERE);

describe("the abuse matrix", function () {
  this.timeout(120_000);

  const results = new Map<string, Promise<Result>>();
  before(() => {
    const wishes = [
      ...rows.map((row) => [row, "ours"] as const),
      ...rows.filter(({ id }) => id in STOCK).map((row) => [row, "stock"] as const),
    ];
    const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
    for (const [at, [row, side]] of wishes.entries()) {
      const lane = at % AT_ONCE;
      const result = lanes[lane]!.then(() => runRow(row, side, SIZES.test));
      results.set(nameOf(row, side), result);
      lanes[lane] = result.catch(() => {});
    }
  });

  for (const row of rows)
    it(`${row.rules.replace(/\w+/g, "[$&]")} ${row.id}: ${row.attack}: ${row.target}`, async () => {
      const { checks, figure } = await results.get(nameOf(row, "ours"))!;
      const broken = checks.filter(({ isTimed, holds }) => !isTimed && !holds);
      assert.deepEqual(broken, [], figure);
    });

  for (const [id, { does, figure }] of Object.entries(STOCK))
    it(`[ABU5] ${id} at stock, which the bench compares with: ${does}`, async () => {
      assert.match((await results.get(nameOf({ id }, "stock"))!).figure, figure);
    });
});

function nameOf({ id }: Pick<Row, "id">, side: Side): string {
  return `${id} ${side}`;
}
