/** The options of `npm run fuzz`: flags, and whole numbers from 1. What does not fit ends the process with one line and exit code 2. */
import { parseArgs } from "node:util";

type Values = Readonly<Record<string, string | boolean | undefined>>;

export class Args<Number extends string, Flag extends string> {
  readonly #values: Values;

  constructor(args: string[], numbers: readonly Number[], flags: readonly Flag[]) {
    const text = numbers.map((name) => [name, { type: "string" }] as const);
    const flag = flags.map((name) => [name, { type: "boolean" }] as const);
    try {
      this.#values = parseArgs({ args, options: Object.fromEntries([...text, ...flag]) }).values as Values;
    } catch (error) {
      refuse((error as Error).message);
    }
  }

  has(name: Number | Flag): boolean {
    return this.#values[name] !== undefined;
  }

  whole(name: Number, missing: number): number {
    const value = this.#values[name];
    if (value === undefined) return missing;
    if (!/^[1-9]\d{0,8}$/.test(String(value)))
      refuse(`--${name}: a whole number from 1 expected, ${String(value)} got`);
    return Number(value);
  }
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
