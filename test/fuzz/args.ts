/** The options of `npm run fuzz`: flags, whole numbers from 1, and durations. What does not fit ends the process with one line and exit code 2. */
import { parseArgs } from "node:util";

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600 } as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

export class Args<Number extends string, Flag extends string, Duration extends string = never> {
  readonly #values: Values;

  constructor(args: string[], numbers: readonly Number[], flags: readonly Flag[], durations: readonly Duration[] = []) {
    const text = [...numbers, ...durations].map((name) => [name, { type: "string" }] as const);
    const flag = flags.map((name) => [name, { type: "boolean" }] as const);
    try {
      this.#values = parseArgs({ args, options: Object.fromEntries([...text, ...flag]) }).values as Values;
    } catch (error) {
      refuse((error as Error).message);
    }
  }

  has(name: Number | Flag | Duration): boolean {
    return this.#values[name] !== undefined;
  }

  whole(name: Number, missing: number): number {
    const value = this.#values[name];
    if (value === undefined) return missing;
    if (!/^[1-9]\d{0,8}$/.test(String(value)))
      refuse(`--${name}: a whole number from 1 expected, ${String(value)} got`);
    return Number(value);
  }

  seconds(name: Duration, missing: number): number {
    const value = this.#values[name];
    if (value === undefined) return missing;
    const found = /^([1-9]\d{0,5})(s|m|h)$/.exec(String(value));
    if (found === null) refuse(`--${name}: a duration like 30s or 10m expected, ${String(value)} got`);
    return Number(found[1]) * UNIT_SECONDS[found[2] as keyof typeof UNIT_SECONDS];
  }
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
