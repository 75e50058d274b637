/** Waiting for somebody only as long as it makes sense. */
import type { Clock } from "../tick/clock.ts";

/** Between two looks, ms. */
const LOOK_MS = 50;

export function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.after(LOOK_MS, resolve));
}

/** What `ask` gives. Rejects with what `otherwise` gives once `holds` says no; what was asked goes on unheard. */
export async function asLongAs<R>(
  holds: () => boolean,
  ask: () => Promise<R>,
  otherwise: () => Error,
  clock: Clock,
): Promise<R> {
  if (!holds()) throw otherwise();
  let isOver = false;
  const broken = async (): Promise<never> => {
    while (!isOver && holds()) await pause(clock);
    throw otherwise();
  };
  const asked = ask();
  asked.catch(() => {});
  try {
    return await Promise.race([asked, broken()]);
  } finally {
    isOver = true;
  }
}
