/** Waiting for what a socket says, whatever else befalls it: unlike `once` of node:events this is not put off by an error. */
import type { EventEmitter } from "node:events";

export function next<T = void>(emitter: EventEmitter, event: string): Promise<T> {
  return new Promise((resolve) => emitter.once(event, resolve));
}
