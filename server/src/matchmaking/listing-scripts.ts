/**
 * What Redis does in one go for the directory of rooms. All keys have the same word in braces, so they live in one slot:
 *
 *   <base>rows          hash: room id -> its row as JSON
 *   <base>at:<process>  set: ids of the process's rows
 *   <base>open:<index>  sorted set: ids of rooms that take players, oldest first, behind them those that nobody has or is promised a seat
 *                       in; an index is a type's name, or one of its filters
 *   <base>seats         hash: room id -> "<taken>:<all>", as its row says
 *   <base>places        hash: room id -> { since, in: indexes } as JSON, whether or not it is open now
 *   <base>booked:<id>   hash: session id -> end of the booking, ms by Redis's clock; the room does not know of it yet
 *   <base>full          sorted set: ids of rooms that only bookings fill -> when the first of those ends
 *   <base>due           hash: id of a room that is being made -> { maker, asker } as JSON
 *   <base>queues        hash: "<type> <number>" -> id of the room in which players of the type wait, whether or not anybody has it now
 *   <base>void:<id>     nobody waits for this room any more: whoever still makes it must not list it
 *   <base>whole         from when on all rooms are listed, ms by Redis's clock: one that has forgotten them is told anew by their owners
 *
 * A room that was made, or given up, is told on the channel <base>made, as [id, row or null].
 */
import type { Redis } from "ioredis";
import { COMMON } from "./listing-functions.ts";

/** A directory that begins, and has not forgotten anything: nobody else hears of rooms. */
const BEGIN = `
if redis.call("PUBSUB", "NUMSUB", base .. "made")[2] <= 1 then redis.call("SETNX", base .. "whole", 0) end
return 1
`;

/**
 * ARGV: id, row, epoch, process, "insert", "persist" or "update", taken, all, { since, in }, its place among queues or "", sessions it
 * counts now. A queue of which nothing is known takes its place. A row of an earlier epoch writes nothing, nor does another process at the same one; of rooms without an epoch the first is inserted.
 */
const WRITE = `
local id, epoch, process, how = ARGV[1], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local old = redis.call("HGET", base .. "rows", id)
local row = old and cjson.decode(old)
local known = row and row.epoch or 0
if how == "persist" then isWhole() end
if redis.call("EXISTS", base .. "void:" .. id) == 1 then return 0 end
local due = redis.call("HGET", base .. "due", id)
if due and cjson.decode(due).maker ~= process then return 0 end
if row then
  if known > epoch or (known == epoch and row.processId ~= process) then return 0 end
  if how == "insert" and known == epoch and epoch == 0 then return 0 end
elseif how == "update" then
  return 0
end
if row and row.processId ~= process then redis.call("SREM", base .. "at:" .. row.processId, id) end
redis.call("HSET", base .. "rows", id, ARGV[2])
redis.call("SADD", base .. "at:" .. process, id)
redis.call("HSET", base .. "seats", id, ARGV[6] .. ":" .. ARGV[7])
local places = redis.call("HGET", base .. "places", id)
if places and places ~= ARGV[8] then close(id, cjson.decode(places)["in"]) end
redis.call("HSET", base .. "places", id, ARGV[8])
for at = 10, #ARGV do redis.call("HDEL", base .. "booked:" .. id, ARGV[at]) end
if ARGV[9] ~= "" then redis.call("HSETNX", base .. "queues", ARGV[9], id) end
place(id)
if redis.call("HDEL", base .. "due", id) == 1 then told(id, ARGV[2]) end
return 1
`;

/** ARGV: process, ids. Removes those of them that are its own; answers how many. */
const REMOVE = `
local removed = 0
for at = 2, #ARGV do removed = removed + removeRow(ARGV[at], ARGV[1]) end
return removed
`;

/** ARGV: process, how many at most. Removes rows of a process that is gone, and what it was to make; answers how many rows. */
const SWEEP = `
local process = ARGV[1]
local ids = redis.call("SRANDMEMBER", base .. "at:" .. process, ARGV[2])
for _, id in ipairs(ids) do
  if removeRow(id, process) == 0 then redis.call("SREM", base .. "at:" .. process, id) end
end
local due = redis.call("HGETALL", base .. "due")
for at = 1, #due, 2 do
  local by = cjson.decode(due[at + 1])
  if by.maker == process or by.asker == process then giveUp(due[at]) end
end
return #ids
`;

/**
 * ARGV: indexes to be in, sessions, ms a booking lasts, ids of rooms, and of processes, to pass over, id of the room to make where there is none or "", its
 * { since, in }, its seats, { maker, asker }. Answers { "room", id, row }, { "due", id, { maker, asker } }, { "make", id }, { "later" } or nothing.
 */
const BOOK = `
local indexes, sessions, avoid = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), {}
for _, id in ipairs(cjson.decode(ARGV[4])) do avoid[id] = true end

local function book(id)
  for _, session in ipairs(sessions) do redis.call("HSET", base .. "booked:" .. id, session, now + ARGV[3]) end
  redis.call("PEXPIRE", base .. "booked:" .. id, 2 * ARGV[3])
  place(id)
end

for _, id in ipairs(redis.call("ZRANGEBYSCORE", base .. "full", "-inf", now, "LIMIT", 0, 50)) do place(id) end

local function take(ids)
  for _, id in ipairs(ids) do
    if not avoid[id] and free(id) >= #sessions then
      local row = redis.call("HGET", base .. "rows", id)
      local due = not row and redis.call("HGET", base .. "due", id)
      local at = (row or due) and cjson.decode(row or due)
      if not at then
        displace(id)
      elseif not avoid[at.processId or at.maker] then
        book(id)
        return row and { "room", id, row } or { "due", id, due }
      end
    end
  end
end

local found
if #indexes == 1 then
  local from = 0
  repeat
    local ids = redis.call("ZRANGE", base .. "open:" .. indexes[1], from, from + 31)
    found = take(ids)
    from = from + 32
  until found or #ids < 32
elseif #indexes > 1 then
  local keys = {}
  for _, index in ipairs(indexes) do keys[#keys + 1] = base .. "open:" .. index end
  found = take(redis.call("ZINTER", #keys, unpack(keys)))
end
if found then return found end
if #indexes > 0 and not isWhole() then return { "later" } end
local id = ARGV[5]
if id == "" then return {} end
redis.call("HSET", base .. "due", id, ARGV[8])
redis.call("HSET", base .. "seats", id, "0:" .. ARGV[7])
redis.call("HSET", base .. "places", id, ARGV[6])
book(id)
return { "make", id }
`;

/** ARGV: id, sessions. The room did not want them. */
const UNBOOK = `
for at = 2, #ARGV do redis.call("HDEL", base .. "booked:" .. ARGV[1], ARGV[at]) end
place(ARGV[1])
return 1
`;

/** ARGV: id, { maker, asker }. 1: it is due. */
const ASSIGN = `
if redis.call("HEXISTS", base .. "due", ARGV[1]) == 0 then return 0 end
redis.call("HSET", base .. "due", ARGV[1], ARGV[2])
return 1
`;

/** ARGV: id. 1: it was due, and is not any more. */
const GIVE_UP = `return giveUp(ARGV[1])`;

/** ARGV: id. Answers with the row, "due", or nothing for one that was given up or ended. */
const LOOK = `
local row = redis.call("HGET", base .. "rows", ARGV[1])
if row then return row end
return redis.call("HEXISTS", base .. "due", ARGV[1]) == 1 and "due"
`;

/** ARGV: place among queues. Answers { "at", id or "" }, or { "later" } for a directory that has forgotten some. */
const QUEUE = `
if not isWhole() then return { "later" } end
return { "at", redis.call("HGET", base .. "queues", ARGV[1]) or "" }
`;

/** ARGV: place among queues, who had it or "", who is to have it. 1: it has. */
const ENQUEUE = `
if (redis.call("HGET", base .. "queues", ARGV[1]) or "") ~= ARGV[2] then return 0 end
redis.call("HSET", base .. "queues", ARGV[1], ARGV[3])
return 1
`;

type Booked = [] | [how: "later"] | [how: "room" | "due", id: string, text: string] | [how: "make", id: string];

export type ListingRedis = Redis & {
  listBegin(rows: string): Promise<number>;
  listWrite(rows: string, ...args: (string | number)[]): Promise<number>;
  listRemove(rows: string, process: string, ...ids: string[]): Promise<number>;
  listSweep(rows: string, process: string, most: number): Promise<number>;
  listBook(rows: string, ...args: (string | number)[]): Promise<Booked>;
  listUnbook(rows: string, id: string, ...sessions: string[]): Promise<number>;
  listAssign(rows: string, id: string, by: string): Promise<number>;
  listGiveUp(rows: string, id: string): Promise<number>;
  listLook(rows: string, id: string): Promise<string | null>;
  listQueue(rows: string, place: string): Promise<[how: "later"] | [how: "at", id: string]>;
  listEnqueue(rows: string, place: string, from: string, to: string): Promise<number>;
};

const SCRIPTS = {
  listBegin: BEGIN,
  listWrite: WRITE,
  listRemove: REMOVE,
  listSweep: SWEEP,
  listBook: BOOK,
  listUnbook: UNBOOK,
  listAssign: ASSIGN,
  listGiveUp: GIVE_UP,
  listLook: LOOK,
  listQueue: QUEUE,
  listEnqueue: ENQUEUE,
};

export function withListingScripts(redis: Redis): ListingRedis {
  for (const [name, lua] of Object.entries(SCRIPTS)) redis.defineCommand(name, { numberOfKeys: 1, lua: COMMON + lua });
  return redis as ListingRedis;
}
