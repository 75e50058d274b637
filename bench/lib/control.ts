/**
 * How a bench talks to the server process it measures: commands and answers over Node's IPC channel, beside the game's own
 * sockets, so that asking costs the measured path nothing. This is the server's end; `server-process.ts` is the other one.
 *
 *   server -> bench  { port }                 once, when it listens
 *   bench -> server  { id, command, argument }
 *   server -> bench  { id, answer } or { id, error }
 */
export interface Ready {
  readonly port: number;
}

export interface Ask {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  /** Why there is no answer. */
  readonly error?: string;
}

export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

/** Says that the server listens, and answers from then on. The process ends with its bench. */
export function serveControl(port: number, handlers: Handlers): void {
  // A bench that has ended meanwhile hears nothing; then this process is about to end as well.
  const say = (answer: Answer) => process.send!(answer, undefined, undefined, () => {});
  const reply = async ({ id, command, argument }: Ask) => {
    try {
      say({ id, answer: await handlers[command]!(argument as never) });
    } catch (error) {
      say({ id, error: `${command}: ${(error as Error).message}` });
    }
  };
  process.on("message", (ask: Ask) => void reply(ask));
  process.on("disconnect", () => process.exit());
  process.send!({ port } satisfies Ready);
}
