/** What this browser remembers of the player: the name, whether there is sound. Storage may be forbidden; then nothing is remembered. */
export function readWish(name: "name" | "sound"): string | undefined {
  try {
    return localStorage.getItem(`ninelives.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeWish(name: "name" | "sound", value: string): void {
  try {
    localStorage.setItem(`ninelives.${name}`, value);
  } catch {
    // A browser that keeps nothing still plays.
  }
}
