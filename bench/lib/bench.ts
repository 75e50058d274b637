/** What a bench is and what it finds: figures with the method beside them, and whether they meet what was promised. */
export interface BenchOptions {
  /** A short run, for a look; its figures are not kept. */
  readonly quick: boolean;
  /** How often a bench that kills does it; undefined: as often as it likes. */
  readonly kills?: number | undefined;
  /** Of a bench with rows: the only ones to run, by their ids; undefined: all. */
  readonly rows?: readonly string[] | undefined;
  /** One line of progress. */
  readonly tell: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** Ids of its rows, if one may be run alone. */
  readonly rows?: readonly string[];
  run(options: BenchOptions): Promise<Findings>;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Target {
  readonly what: string;
  readonly promised: string;
  readonly got: string;
  readonly holds: boolean;
}

export interface Findings {
  /** How it was measured, a sentence each. */
  readonly method: readonly string[];
  readonly tables: readonly Table[];
  /** How to read the tables. */
  readonly reading: string;
  readonly targets: readonly Target[];
  /** Too short a run for its figures to be kept. Default false. */
  readonly isShort?: boolean;
  /** All figures, unrounded, for the JSON. */
  readonly figures: unknown;
}

export function atMost(what: string, got: number, limit: number, digits: number, unit = ""): Target {
  return { what, promised: `at most ${limit}${unit}`, got: `${got.toFixed(digits)}${unit}`, holds: got <= limit };
}

export function exactly(what: string, got: number, expected: number): Target {
  return { what, promised: String(expected), got: String(got), holds: got === expected };
}
