/**
 * What Redis does in one go for a room's log. Both keys of a room have its name in braces, so they live in one slot:
 *
 *   <prefix>{<room>}:own   hash: e epoch · n number of the last batch · s "", ended or quarantined · o last owner · r 1 when the
 *                          owner released it, h to whom · a attempts · b 1 once a batch that begins was taken · c key of the last claim
 *   <prefix>{<room>}:log   stream: id <epoch>-<number>, field r: a batch's records
 */
import type { Cluster, Redis } from "ioredis";

/** Of `own`, in the order of every answer about a room. */
export const HEAD_FIELDS = ["e", "n", "s", "o", "r", "a", "b", "h"] as const;

/**
 * ARGV: owner, epoch that has to be current (empty: none), key of the claim, seconds an unbegun room is kept. Answers with 1 for a
 * claim that won, the owner before, and the head.
 */
const CLAIM = `
local own = redis.call("HMGET", KEYS[1], "e", "n", "s", "o", "r", "a", "b", "c")
local function answer(won, before) return { won, before, own[1], own[2], own[3], own[4], own[5], own[6], own[7] } end
if own[8] == ARGV[3] then return answer(1, own[4]) end
local isNew = own[3] ~= ""
local current = isNew and "" or own[1]
if current ~= ARGV[2] then return answer(0, own[4]) end
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = own[4]
own[1] = string.format("%.0f", math.max((own[1] or 0) + 1, now))
own[2], own[3], own[4], own[5] = "0", "", ARGV[1], "0"
own[6] = isNew and "0" or tostring(own[6] + 1)
own[7] = isNew and "0" or own[7]
redis.call("HSET", KEYS[1], "e", own[1], "n", 0, "s", "", "o", own[4], "r", 0, "a", own[6], "b", own[7], "c", ARGV[3])
if isNew then redis.call("EXPIRE", KEYS[1], ARGV[4]) end
return answer(1, before)
`;

/** ARGV: epoch, number, 1 for a batch that begins, owner, records. */
const APPEND = `
local own = redis.call("HMGET", KEYS[1], "e", "n", "s")
local known, last = tonumber(own[1] or 0), tonumber(own[2] or 0)
local epoch, number, begins = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == "1"
local fits = begins and known < epoch
if known == epoch and own[3] == "" then fits = number == last + 1 or (begins and number > last) end
if not fits then return { own[1], own[2], own[3] } end
local id = ARGV[1] .. "-" .. ARGV[2]
redis.call("XADD", KEYS[2], id, "r", ARGV[5])
if begins then
  redis.call("XTRIM", KEYS[2], "MINID", "=", id)
  redis.call("PERSIST", KEYS[1])
  redis.call("PERSIST", KEYS[2])
  redis.call("HSET", KEYS[1], "e", ARGV[1], "n", ARGV[2], "s", "", "o", ARGV[4], "r", 0, "b", 1)
  if known < epoch then redis.call("HSET", KEYS[1], "a", 0) end
else
  redis.call("HSET", KEYS[1], "n", ARGV[2])
end
return { ARGV[1], ARGV[2], "" }
`;

/** ARGV: epoch. */
const SETTLE = `
local own = redis.call("HMGET", KEYS[1], "e", "s")
if own[1] == ARGV[1] and own[2] == "" then redis.call("HSET", KEYS[1], "a", 0) end
`;

/**
 * ARGV: epoch, what it becomes: released, ended or quarantined, seconds an ended log is kept, who it is released to. A room that never began leaves what
 * was there before it. Answers with the owner when the room takes no more batches, and again to the same question.
 */
const LEAVE = `
local own = redis.call("HMGET", KEYS[1], "e", "s", "b", "o")
if own[1] ~= ARGV[1] then return false end
local state = ARGV[2]
if own[2] ~= "" then return own[2] == state and own[4] end
if own[3] == "1" and state == "released" then
  redis.call("HSET", KEYS[1], "r", 1, "h", ARGV[4])
  return false
end
if own[3] ~= "1" then
  if redis.call("EXISTS", KEYS[2]) == 0 then
    redis.call("DEL", KEYS[1])
    return false
  end
  state = "ended"
end
redis.call("HSET", KEYS[1], "s", state)
redis.call("EXPIRE", KEYS[1], ARGV[3])
redis.call("EXPIRE", KEYS[2], ARGV[3])
return own[4]
`;

/** Deletes the log of a room that ended. */
const FORGET = `
local state = redis.call("HGET", KEYS[1], "s")
if state == "" then return 0 end
return redis.call("UNLINK", KEYS[1], KEYS[2])
`;

/** ARGV: room, how many are kept, seconds each is kept. Lists a room that ended; answers with those that are beyond the caps. */
const SHELVE = `
local time = redis.call("TIME")
redis.call("ZADD", KEYS[1], time[1] * 1000000 + time[2], ARGV[1])
local old = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", (time[1] - ARGV[3]) * 1000000)
local left = redis.call("ZRANGE", KEYS[1], 0, -1 - ARGV[2])
for _, room in ipairs(left) do old[#old + 1] = room end
for _, room in ipairs(old) do redis.call("ZREM", KEYS[1], room) end
return old
`;

type Text = string | null;
/** Values of {@link HEAD_FIELDS}. */
export type HeadAnswer = readonly Text[];

/** A connection that knows the scripts. */
export type LogRedis = (Redis | Cluster) & {
  logClaim(own: string, owner: string, from: string, key: string, unbegunSeconds: number): Promise<(number | Text)[]>;
  logAppend(
    own: string,
    log: string,
    epoch: number,
    number: number,
    begins: "0" | "1",
    owner: string,
    records: Buffer,
  ): Promise<HeadAnswer>;
  logSettle(own: string, epoch: number): Promise<null>;
  logLeave(
    own: string,
    log: string,
    epoch: number,
    state: string,
    keptSeconds: number,
    heir: string,
  ): Promise<string | null>;
  logForget(own: string, log: string): Promise<number>;
  logShelve(shelf: string, room: string, kept: number, keptSeconds: number): Promise<string[]>;
};

export function withLogScripts(redis: Redis | Cluster): LogRedis {
  redis.defineCommand("logClaim", { numberOfKeys: 1, lua: CLAIM });
  redis.defineCommand("logAppend", { numberOfKeys: 2, lua: APPEND });
  redis.defineCommand("logSettle", { numberOfKeys: 1, lua: SETTLE });
  redis.defineCommand("logLeave", { numberOfKeys: 2, lua: LEAVE });
  redis.defineCommand("logForget", { numberOfKeys: 2, lua: FORGET });
  redis.defineCommand("logShelve", { numberOfKeys: 1, lua: SHELVE });
  return redis as LogRedis;
}
