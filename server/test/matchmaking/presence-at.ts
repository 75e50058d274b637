/** What processes say to each other at a Redis, as a host hears it. */
import { PromptPresence, type PresenceOptions } from "../../src/matchmaking/prompt-presence.ts";
import { RemoteCalls } from "../../src/matchmaking/remote-calls.ts";

/** `more`: told what a host would be told; nobody is, by default. */
export function presenceAt(url: string, more: Partial<PresenceOptions> = {}): PromptPresence {
  const nobody = () => {};
  const told = { onFault: nobody, onRefused: nobody, onThrow: nobody };
  return new PromptPresence({ url, calls: new RemoteCalls([]), ...told, ...more });
}
