/** Who is brought together: small crowds by hand, large ones by chance with a judge that knows only the rules. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { findBackfills, findMatches, type Match } from "../../src/matching/find-matches.ts";
import { acceptedAfter, matchRules, type MatchRulesInput } from "../../src/matching/rules.ts";
import { simulateQueue } from "../../src/matching/simulate.ts";
import { type Ticket, ticketShape } from "../../src/matching/ticket.ts";

const rulesOf = (input: MatchRulesInput) => matchRules.parse(input);
const ticket = (id: string, more: Partial<Ticket> = {}) => ticketShape.parse({ id, sinceMs: 0, ...more });
const names = ({ teams }: Match) => teams.map((team) => team.map(({ id }) => id).sort()).sort(byFirst);
const byFirst = ([a = ""]: readonly string[], [b = ""]: readonly string[]) => a.localeCompare(b);

const DUEL = rulesOf({ size: 1, skill: { window: 100, widenPerSecond: 50, max: 400 } });

describe("rules of a queue", () => {
  it("[MQ1] what is accepted widens with the time waited, up to its limit", () => {
    const accepted = [0, 1_000, 5_000, 60_000].map((ms) => acceptedAfter(DUEL.skill, ms));
    assert.deepEqual(accepted, [100, 150, 350, 400]);
    assert.equal(acceptedAfter(undefined, 0), Number.POSITIVE_INFINITY);
  });

  it("[MQ1] wrong ones are refused with the field", () => {
    for (const [input, field] of [
      [{ size: 0 }, "size"],
      [{ size: 1, teams: 17 }, "teams"],
      [{ size: 1, skill: { window: 5, max: 4 } }, "skill.window"],
      [{ size: 1, skil: {} }, ""],
    ] as const) {
      const { error } = matchRules.safeParse(input);
      assert.equal(error?.issues[0]?.path.join("."), field);
    }
  });
});

describe("matches", () => {
  it("[MQ2] two whose skills are near are matched at once, two others once both accept it", () => {
    const near = [ticket("a", { skill: 1000 }), ticket("b", { skill: 1080 })];
    assert.deepEqual(findMatches(near, DUEL, 0).map(names), [[["a"], ["b"]]]);
    const far = [ticket("a", { skill: 1000 }), ticket("b", { skill: 1300, sinceMs: 2_000 })];
    assert.deepEqual(findMatches(far, DUEL, 4_000), [], "a accepts 300, b 200");
    assert.deepEqual(findMatches(far, DUEL, 6_000).map(names), [[["a"], ["b"]]]);
    assert.deepEqual(findMatches([ticket("a"), ticket("b", { skill: 401 })], DUEL, 3_600_000), []);
  });

  it("[MQ3] who waits longest is served first, by the nearest", () => {
    const crowd = [
      ticket("young", { skill: 1000, sinceMs: 9 }),
      ticket("old", { skill: 1010, sinceMs: 1 }),
      ticket("near", { skill: 1012, sinceMs: 9 }),
    ];
    assert.deepEqual(findMatches(crowd, DUEL, 10).map(names), [[["near"], ["old"]]]);
  });

  it("[MQ4] parties stay together and fill teams exactly, also where the first that come to mind do not fit", () => {
    const fives = rulesOf({ size: 5 });
    const parties = [3, 3, 3, 2, 2].map((players, at) => ticket(`p${at}`, { players, sinceMs: at }));
    const [match] = findMatches(parties, fives, 10);
    assert.deepEqual(
      match!.teams.map((team) => team.map(({ players }) => players).sort((a, b) => a - b)),
      [
        [2, 3],
        [2, 3],
      ],
    );
    assert.deepEqual(
      findMatches(
        [3, 3, 4].map((players, at) => ticket(`p${at}`, { players })),
        fives,
        10,
      ),
      [],
    );
  });

  it("[MQ4] teams are as strong as can be", () => {
    const crowd = [100, 200, 300, 400].map((skill) => ticket(`s${skill}`, { skill }));
    const [match] = findMatches(crowd, rulesOf({ size: 2 }), 0);
    assert.deepEqual(names(match!), [
      ["s100", "s400"],
      ["s200", "s300"],
    ]);
  });

  it("[MQ5] a match is in a region that is near enough for everybody, the nearest of who waits longest", () => {
    const rules = rulesOf({ size: 1, latencyMs: { window: 50, widenPerSecond: 10, max: 120 } });
    const ada = ticket("ada", { latencies: { eu: 20, us: 45 } });
    const bob = ticket("bob", { latencies: { us: 30, eu: 90 }, sinceMs: 1 });
    assert.equal(findMatches([ada, bob], rules, 1)[0]!.region, "us");
    const cyd = ticket("cyd", { latencies: { asia: 10, eu: 100 } });
    assert.deepEqual(findMatches([ada, cyd], rules, 1), []);
    assert.equal(findMatches([ada, cyd], rules, 5_000)[0]!.region, "eu");
  });

  it("[MQ5] only those who ask for the same are brought together", () => {
    const ranked = { mode: "ranked", map: "ice" };
    const crowd = [
      ticket("a", { filters: ranked }),
      ticket("b"),
      ticket("c", { filters: { map: "ice", mode: "ranked" } }),
    ];
    assert.deepEqual(findMatches(crowd, DUEL, 0).map(names), [[["a"], ["c"]]]);
  });

  it("[MQ6] free seats of matches that run go to who fits and waits longest, a party into one team", () => {
    const rules = rulesOf({ size: 3, skill: { window: 100 } });
    const opening = { id: "room", region: undefined, skill: 1000, filters: {}, free: [1, 2] };
    const crowd = [
      ticket("late", { skill: 1000, sinceMs: 5 }),
      ticket("pair", { skill: 950, players: 2, sinceMs: 1 }),
      ticket("strong", { skill: 1200 }),
      ticket("none left", { skill: 1000, sinceMs: 6 }),
    ];
    assert.deepEqual(
      findBackfills(crowd, [opening], rules, 10).map((one) => [one.ticket.id, one.team]),
      [
        ["pair", 1],
        ["late", 0],
      ],
    );
  });

  const anyRules = fc
    .record({
      teams: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 1, max: 5 }),
      skill: fc.option(fc.record({ window: fc.integer({ max: 300, min: 0 }), widenPerSecond: fc.nat(100) }), {
        nil: undefined,
      }),
      latencyMs: fc.option(fc.record({ window: fc.nat(100), widenPerSecond: fc.nat(20) }), { nil: undefined }),
    })
    .map(({ skill, latencyMs, ...rest }) =>
      rulesOf({ ...rest, ...(skill && { skill }), ...(latencyMs && { latencyMs }) }),
    );
  const anyTicket = fc.record({
    players: fc.integer({ min: 1, max: 5 }),
    skill: fc.integer({ min: 0, max: 2_000 }),
    latencies: fc.dictionary(fc.constantFrom("eu", "us", "asia"), fc.nat(200)),
    filters: fc.dictionary(fc.constant("mode"), fc.constantFrom("ranked", "casual")),
    sinceMs: fc.nat(30_000),
  });

  it("[MQ7] whatever the crowd: nobody twice, parties whole, teams full, windows and regions kept, the same answer twice", () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyTicket, { maxLength: 40 }), (rules, parts) => {
        const crowd = parts.map((part, at) => ticket(`t${at}`, part));
        const matches = findMatches(crowd, rules, 30_000);
        const seated = matches.flatMap(({ teams }) => teams.flat());
        assert.equal(new Set(seated).size, seated.length);
        assert.ok(seated.every((one) => crowd.includes(one)));
        for (const { region, teams } of matches) {
          const all = teams.flat();
          assert.equal(teams.length, rules.teams);
          for (const team of teams)
            assert.equal(
              team.reduce((sum, { players }) => sum + players, 0),
              rules.size,
            );
          const spread = Math.max(...all.map(({ skill }) => skill)) - Math.min(...all.map(({ skill }) => skill));
          for (const { sinceMs, latencies } of all) {
            assert.ok(spread <= acceptedAfter(rules.skill, 30_000 - sinceMs));
            if (rules.latencyMs === undefined) assert.equal(region, undefined);
            else assert.ok(latencies[region!]! <= acceptedAfter(rules.latencyMs, 30_000 - sinceMs));
          }
          assert.equal(new Set(all.map(({ filters }) => filters.mode)).size, 1);
        }
        assert.deepEqual(findMatches([...crowd].reverse(), rules, 30_000).map(names), matches.map(names));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("[MQ8] ten thousand tickets over ten minutes: each matched once at most, and hardly anybody is left", () => {
    const random = fc.sample(anyTicket, { numRuns: 10_000, seed: 7 });
    const crowd = random.map(({ skill }, at) => ticket(`t${at}`, { skill, sinceMs: at * 60 }));
    const { matches, left } = simulateQueue(crowd, DUEL, { everyMs: 500, tailMs: 60_000 });
    const seated = matches.flatMap(({ teams }) => teams.flat());
    assert.equal(new Set(seated).size, seated.length);
    assert.equal(seated.length + left.length, crowd.length);
    assert.ok(left.length < 10, `${left.length} left`);
  });
});
