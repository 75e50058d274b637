/** What `deploy/` says of hosts is true of them: names of variables, ports, paths and times. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { ROOT, startMain } from "../support/main-process.ts";
import { SECRET } from "../support/tokens.ts";

const PORT = 2567;
/** A host that drains takes no longer, s. */
const DRAIN_S = 12;
/** A socket may be silent for so long, s. */
const HEARTBEAT_S = 30;

const text = (path: string) => readFile(join(ROOT, path), "utf8");

async function documents(path: string): Promise<unknown[]> {
  const parsed = parseAllDocuments(await text(path), { merge: true });
  assert.deepEqual(
    [...parsed].flatMap(({ errors }) => errors),
    [],
    path,
  );
  return [...parsed].map((document) => document.toJS() as unknown);
}

/** Variables that docs/reference/configuration.md has. */
async function known(): Promise<Set<string>> {
  const page = await text("docs/reference/configuration.md");
  return new Set([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name!));
}

describe("deploy/", () => {
  it("compose.yaml: every host has addresses of its own, time to drain, and variables that exist", async () => {
    const host = z.object({ environment: z.record(z.string(), z.string()), stop_grace_period: z.string() });
    const [file] = await documents("deploy/compose.yaml");
    const { services } = z.object({ services: z.record(z.string(), z.unknown()) }).parse(file);
    const hosts = ["n1", "n2", "n3"].map((name) => ({ name, ...host.parse(services[name]) }));
    const variables = await known();
    for (const { name, environment, stop_grace_period: grace } of hosts) {
      for (const variable of Object.keys(environment)) assert.ok(variables.has(variable), variable);
      assert.equal(environment.INNER_ADDRESS, `${name}:${PORT}`);
      assert.equal(environment.PUBLIC_ADDRESS, `${name}.play.localhost:8080`);
      assert.ok(Number(/^(\d+)s$/.exec(grace)![1]) > DRAIN_S);
    }
  });

  it("[AU9] compose.yaml has no secret in it, and what it gives a host is enough to start in production", async () => {
    const [file] = await documents("deploy/compose.yaml");
    const environment = z.object({ environment: z.record(z.string(), z.string()) });
    const { services } = z.object({ services: z.object({ n1: environment }) }).parse(file);
    const { AUTH_SECRET, OPERATOR_TOKEN, TRUSTED_PROXIES, AUTH_GUESTS } = services.n1.environment;
    assert.match(AUTH_SECRET!, /^\$\{AUTH_SECRET:\?/);
    assert.match(OPERATOR_TOKEN!, /^\$\{OPERATOR_TOKEN:\?/);
    const dir = await mkdtemp(join(tmpdir(), "ninelives-compose-"));
    const secrets = { AUTH_SECRET: SECRET, OPERATOR_TOKEN: "the-operator-of-tests" };
    const env = { ...secrets, TRUSTED_PROXIES, AUTH_GUESTS, NODE_ENV: "production", NINELIVES_DIR: dir };
    const main = startMain(join(ROOT, "test/support/lab.config.ts"), env);
    try {
      await main.up();
    } finally {
      await main.stop();
      await rm(dir, { recursive: true });
    }
  });

  it("traefik: each host has a name that leads to it alone, and `play` to those that are ready", async () => {
    const [file] = await documents("deploy/traefik/routes.yaml");
    const { http } = z
      .object({
        http: z.object({
          routers: z.record(z.string(), z.object({ rule: z.string(), service: z.string() })),
          services: z.record(
            z.string(),
            z.object({
              loadBalancer: z.object({
                servers: z.array(z.object({ url: z.url() })),
                healthCheck: z.object({ path: z.string() }).optional(),
              }),
            }),
          ),
        }),
      })
      .parse(file);
    for (const [name, { rule, service }] of Object.entries(http.routers)) {
      assert.equal(rule, `Host(\`${name === "play" ? "" : `${name}.`}play.localhost\`)`);
      const { servers, healthCheck } = http.services[service]!.loadBalancer;
      const urls = (name === "play" ? ["n1", "n2", "n3"] : [name]).map((host) => `http://${host}:${PORT}`);
      assert.deepEqual(
        servers.map(({ url }) => url),
        urls,
      );
      assert.equal(healthCheck?.path, name === "play" ? "/readyz" : undefined);
    }
  });

  it("nginx: sockets may be silent for longer than the heartbeat, and are upgraded", async () => {
    const proxy = await text("deploy/nginx/ninelives_proxy.conf");
    assert.ok(Number(/^proxy_read_timeout (\d+)s;$/m.exec(proxy)![1]) > 2 * HEARTBEAT_S);
    assert.match(proxy, /^proxy_set_header Upgrade \$http_upgrade;$/m);
  });

  it("kubernetes: a pod has both addresses, is asked what hosts answer, and is given time to drain", async () => {
    const all = await documents("deploy/kubernetes/ninelives.yaml");
    const kinds = all.map((one) => z.object({ kind: z.string() }).parse(one).kind);
    assert.deepEqual([...new Set(kinds)].toSorted(), ["Ingress", "Service", "StatefulSet"]);
    const container = z.object({
      env: z.array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() })),
      readinessProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
      livenessProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
    });
    const pod = z.object({ terminationGracePeriodSeconds: z.number(), containers: z.array(container) });
    const { spec } = z
      .object({ spec: z.object({ template: z.object({ spec: pod }) }) })
      .parse(all[kinds.indexOf("StatefulSet")]);
    const [host] = spec.template.spec.containers;
    assert.ok(spec.template.spec.terminationGracePeriodSeconds > DRAIN_S);
    assert.deepEqual([host!.readinessProbe.httpGet.path, host!.livenessProbe.httpGet.path], ["/readyz", "/healthz"]);
    const variables = await known();
    for (const { name } of host!.env) assert.ok(name === "POD" || variables.has(name), name);
    for (const [secret, key] of [
      ["AUTH_SECRET", "auth-secret"],
      ["OPERATOR_TOKEN", "operator-token"],
    ]) {
      const { valueFrom } = host!.env.find(({ name }) => name === secret)!;
      assert.deepEqual(valueFrom, { secretKeyRef: { name: "ninelives", key } });
    }
  });
});
