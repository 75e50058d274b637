/**
 * What Redis does in one go for the host's topics. Keys of one script have the topic in braces, so they live in one slot:
 *
 *   ninelives:topic:{<topic>}            hash: epoch, offset, first, bytes, and <offset> -> packed message
 *   ninelives:topic:{<topic>}:by:<key>   offset of the message that was posted under this key
 *   ninelives:topic:{<topic>}:members    sorted set: session id -> when it stops to count, unix seconds
 *
 * A message is published in the script that numbers it, so every process hears numbers in order:
 * `<epoch> <offset> <packed message>`.
 */
import type { Redis } from "ioredis";

const PUBLISH = `
local known = redis.call("GET", KEYS[2])
local epoch = redis.call("HGET", KEYS[1], "epoch")
if known and epoch then return { epoch, tonumber(known) } end
if not epoch then
  epoch = ARGV[1]
  redis.call("HSET", KEYS[1], "epoch", epoch, "first", 1)
end
local offset = redis.call("HINCRBY", KEYS[1], "offset", 1)
redis.call("HSET", KEYS[1], offset, ARGV[2])
local bytes = redis.call("HINCRBY", KEYS[1], "bytes", #ARGV[2])
local first = tonumber(redis.call("HGET", KEYS[1], "first"))
while first <= offset and (offset - first >= tonumber(ARGV[3]) or bytes > tonumber(ARGV[4])) do
  bytes = redis.call("HINCRBY", KEYS[1], "bytes", -redis.call("HSTRLEN", KEYS[1], first))
  redis.call("HDEL", KEYS[1], first)
  first = first + 1
end
redis.call("HSET", KEYS[1], "first", first)
redis.call("EXPIRE", KEYS[1], ARGV[5])
redis.call("SET", KEYS[2], offset, "EX", ARGV[6])
redis.call("PUBLISH", ARGV[7], epoch .. " " .. offset .. " " .. ARGV[2])
return { epoch, offset }
`;

const READ = `
local epoch = redis.call("HGET", KEYS[1], "epoch")
if not epoch then return { "", 0, 1 } end
local offset = tonumber(redis.call("HGET", KEYS[1], "offset"))
local first = tonumber(redis.call("HGET", KEYS[1], "first"))
local answer = { epoch, offset, first }
for place = math.max(first, tonumber(ARGV[1]) + 1), offset do
  answer[#answer + 1] = redis.call("HGET", KEYS[1], place)
end
return answer
`;

const ENTER = `
local ends = tonumber(redis.call("TIME")[1]) + tonumber(ARGV[1])
local came = 0
for place = 3, #ARGV do came = came + redis.call("ZADD", KEYS[1], ends, ARGV[place]) end
redis.call("EXPIRE", KEYS[1], ARGV[1])
if came > 0 then redis.call("PUBLISH", ARGV[2], "") end
return came
`;

const LEAVE = `
local gone = 0
for place = 2, #ARGV do gone = gone + redis.call("ZREM", KEYS[1], ARGV[place]) end
if gone > 0 then redis.call("PUBLISH", ARGV[1], "") end
return gone
`;

const MEMBERS = `
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", redis.call("TIME")[1])
return redis.call("ZRANGE", KEYS[1], 0, -1)
`;

type Answer = (Buffer | number)[];

/** A connection that knows the scripts; bytes in, bytes out. */
export interface ScriptedRedis extends Redis {
  postBuffer(key: string, byKey: string, ...more: (string | number | Buffer)[]): Promise<Answer>;
  standBuffer(key: string, after: number): Promise<Answer>;
  enter(key: string, seconds: number, channel: string, ...sessionIds: string[]): Promise<number>;
  leave(key: string, channel: string, ...sessionIds: string[]): Promise<number>;
  members(key: string): Promise<string[]>;
}

export function withScripts(redis: Redis): ScriptedRedis {
  redis.defineCommand("post", { numberOfKeys: 2, lua: PUBLISH });
  redis.defineCommand("stand", { numberOfKeys: 1, lua: READ });
  redis.defineCommand("enter", { numberOfKeys: 1, lua: ENTER });
  redis.defineCommand("leave", { numberOfKeys: 1, lua: LEAVE });
  redis.defineCommand("members", { numberOfKeys: 1, lua: MEMBERS });
  return redis as ScriptedRedis;
}
