/** What a host must have before it takes players in production. Whoever forgets one of these finds out at the start, not from a stranger. */
import type { FieldIssue } from "@ninelives/shared-schema";
import type { Host } from "../config.ts";
import { invalid } from "../config-issues.ts";

const KEY =
  "a key for players' tokens expected in production, none got: set AUTH_SECRET or AUTH_JWKS, and AUTH_GUESTS=true beside it if players without a token may come in, too";
const TLS =
  "TLS in front of the host expected in production, none stated: list the proxy that has it in trustedProxies (TRUSTED_PROXIES), or say BEHIND_TLS=true where it passes bare connections on";
const PLAIN_KEYS = "an https address expected in production: whoever is on the way could put in keys of his own";

/** Throws CONFIG_INVALID with one issue per fault. */
export function checkProduction({ auth, behindTls }: Host): void {
  const issues: FieldIssue[] = [];
  if (auth.key === undefined) issues.push({ field: "auth", message: KEY });
  else if (auth.key.kind === "remote" && !auth.key.url.startsWith("https:"))
    issues.push({ field: "auth.jwks", message: `${PLAIN_KEYS}, "${auth.key.url}" got` });
  if (!behindTls) issues.push({ field: "behindTls", message: TLS });
  if (issues.length > 0) throw invalid(issues);
}
