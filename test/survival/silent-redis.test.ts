/** A real Redis that is stopped and goes on: its connections stay, and nothing comes over them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { until } from "../support/until.ts";
import { type MainProcess, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { Quick } from "./storm.type.ts";

const CONFIGS = {
  "the list of rooms alone": join(ROOT, "test/survival/silent.config.ts"),
  "list, logs and leases": join(ROOT, "test/survival/storm.config.ts"),
};
/** Who asks first waits at most so long, who asks later so long; and when it is back everything works within this. */
const FIRST_MS = 1_000;
const LATER_MS = 250;
const BACK_MS = 2_000;
/** For machines that have other things to do. */
const SLACK = 1.5;

interface Host extends MainProcess {
  readonly url: string;
}

for (const [what, config] of Object.entries(CONFIGS)) {
  describe(`a Redis that is silent, which has ${what}`, function () {
    this.timeout(60_000);
    let redis: TestRedis;
    let hosts: Host[];
    let players: Room<typeof Quick>[];
    beforeEach(async () => {
      redis = await startRedis();
      const started = [0, 1].map(() => startMain(config, { REDIS_URL: redis.url }));
      hosts = await Promise.all(started.map(async (each) => ({ ...each, url: await each.up() })));
      players = [];
      for (const at of [0, 1, 0]) players.push(await enter(hosts[at]!));
    });
    afterEach(async function () {
      if (this.currentTest?.state === "failed")
        process.stdout.write(hosts.map(({ pid, stdout }) => `--- host ${pid}\n${stdout()}`).join(""));
      process.kill(redis.pid, "SIGCONT");
      for (const player of players) void player.leave().catch(() => undefined);
      await Promise.all([...hosts, redis].map((each) => each.stop()));
    });

    const enter = ({ url }: Host) => connect(url).joinOrCreate(Quick, { mode: "any" });
    const metric = async ({ url }: Host) =>
      /^ninelives_breaker_open\{name="listings"\} (\d)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];

    async function rooms(): Promise<{ readonly players: number }[]> {
      const answer = await fetch(`${hosts[0]!.url}/rooms`);
      return answer.ok ? ((await answer.json()) as { players: number }[]) : [];
    }

    async function timed(ask: () => Promise<unknown>): Promise<{ outcome: unknown; ms: number }> {
      const askedMs = performance.now();
      const outcome = await ask().catch((error: unknown) => error);
      return { outcome, ms: performance.now() - askedMs };
    }

    function assertBusy({ outcome, ms }: { outcome: unknown; ms: number }, withinMs: number): void {
      assert.ok(outcome instanceof NetError && outcome.name === "BUSY", String(outcome));
      assert.equal(outcome.details.retryAfterMs, LIMITS.busyRetryMs);
      assert.ok(ms < withinMs * SLACK, `told after ${ms.toFixed(0)} ms`);
    }

    /** Everything a player may ask. */
    function joins({ url }: Host): (() => Promise<unknown>)[] {
      const client = connect(url);
      return [
        () => client.create(Quick, {}),
        () => client.joinOrCreate(Quick, {}),
        () => client.join(Quick, {}),
        () => client.joinById(Quick, players[0]!.roomId, {}),
      ];
    }

    it("[MM14] joins are BUSY within a second, then at once; it is seen from outside, and over soon after", async () => {
      process.kill(redis.pid, "SIGSTOP");
      const first = await Promise.all(hosts.flatMap((host) => joins(host).map(timed)));
      for (const one of first) assertBusy(one, FIRST_MS);
      for (const host of hosts) {
        for (const one of await Promise.all(joins(host).map(timed))) assertBusy(one, LATER_MS);
        assert.equal((await fetch(`${host.url}/rooms`)).status, 503);
        const ready = await fetch(`${host.url}/readyz`);
        assert.equal(ready.status, 200);
        assert.match(((await ready.json()) as { why: string }).why, /Redis of the listings does not answer/);
        assert.equal(await metric(host), "1");
      }
      process.kill(redis.pid, "SIGCONT");
      const backMs = performance.now();
      const joined = await Promise.all(
        hosts.map((host) => until("a join to work", () => enter(host).catch(() => undefined))),
      );
      const tookMs = performance.now() - backMs;
      assert.ok(tookMs < BACK_MS * SLACK, `joins work ${tookMs.toFixed(0)} ms after it is back`);
      players.push(...joined);
      assert.deepEqual(new Set(joined.map(({ roomId }) => roomId)), new Set([players[0]!.roomId]));
      for (const host of hosts) {
        await until("the metric", async () => (await metric(host)) === "0");
        assert.deepEqual(await (await fetch(`${host.url}/readyz`)).json(), { ready: true });
        const said = host.stdout();
        assert.equal(said.match(/Redis is silent/g)?.length, 1);
        assert.equal(said.match(/Redis answers again/g)?.length, 1);
      }
    });

    it("[MM14] what players do meanwhile is in the list when it is back", async () => {
      process.kill(redis.pid, "SIGSTOP");
      assertBusy(await timed(() => enter(hosts[0]!)), FIRST_MS);
      const [leaver, ...stay] = players as [Room<typeof Quick>, ...Room<typeof Quick>[]];
      const left = leaver.leave();
      players = stay;
      process.kill(redis.pid, "SIGCONT");
      await left;
      await until("the list to be true", async () => {
        const rows = await rooms();
        return rows.length === 1 && rows[0]!.players === stay.length;
      });
      for (const player of stay) assert.deepEqual(await player.command("ping", {}), { players: stay.length });
    });

    it("[MM6] [MM14] what was given up leaves nothing behind: a crowd after it fills each room before the next", async () => {
      process.kill(redis.pid, "SIGSTOP");
      const lost = Array.from({ length: 30 }, (_, at) => timed(() => enter(hosts[at % 2]!)));
      for (const one of await Promise.all(lost)) assertBusy(one, FIRST_MS);
      process.kill(redis.pid, "SIGCONT");
      for (const host of hosts) await until("it to be over", async () => (await metric(host)) === "0");
      const crowd = Array.from({ length: 29 }, (_, at) =>
        until("a join to work", () => enter(hosts[at % 2]!).catch(() => undefined)),
      );
      const { ms } = await timed(async () => players.push(...(await Promise.all(crowd))));
      assert.ok(ms < BACK_MS * SLACK, `a crowd was in after ${ms.toFixed(0)} ms`);
      const sizes = [...Map.groupBy(players, ({ roomId }) => roomId).values()].map(({ length }) => length);
      assert.deepEqual(sizes, [8, 8, 8, 8]);
    });
  });
}
