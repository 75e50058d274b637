/** Puts faults into code that runs, from outside: what a mutant changes is put right again by `restoreAll`. */
type Arguments<Owner, Name extends keyof Owner> = Parameters<Extract<Owner[Name], (...args: never[]) => unknown>>;

const undo: (() => void)[] = [];

/** Puts a method in the place of another, which it is handed bound to the same object. */
export function mutate<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  act: (
    self: Owner,
    original: (...args: Arguments<Owner, Name>) => unknown,
    ...args: Arguments<Owner, Name>
  ) => unknown,
): void {
  const before = Object.getOwnPropertyDescriptor(owner, name)!;
  const original = before.value as (...args: unknown[]) => unknown;
  replace(owner, name, {
    value(this: Owner, ...args: Arguments<Owner, Name>) {
      return act(this, original.bind(this), ...args);
    },
  });
}

export function replace<Owner extends object>(owner: Owner, name: keyof Owner, property: PropertyDescriptor): void {
  const before = Object.getOwnPropertyDescriptor(owner, name)!;
  undo.push(() => Object.defineProperty(owner, name, before));
  Object.defineProperty(owner, name, { ...property, configurable: true });
}

export function restoreAll(): void {
  for (const restore of undo.splice(0).toReversed()) restore();
}
