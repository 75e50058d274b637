/** Functions that the scripts of the directory share (listing-scripts.ts draws its keys): which rooms take players, and which are no more. */
import { LIMITS } from "@ninelives/shared-schema";

/** How long a room that was given up may not be listed, seconds: longer than any process stands still and goes on. */
const VOID_SECONDS = 3_600;
/** Puts a room behind every one that was made in these centuries, ms. */
const BEHIND = 10_000_000_000_000;

export const COMMON = `
local base = KEYS[1]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function booked(id)
  local all = redis.call("HGETALL", base .. "booked:" .. id)
  local count, soonest = 0, now + 60000
  for at = 1, #all, 2 do
    local ends = tonumber(all[at + 1])
    if ends <= now then redis.call("HDEL", base .. "booked:" .. id, all[at])
    else count, soonest = count + 1, math.min(soonest, ends) end
  end
  return count, soonest
end

local function free(id)
  local seats = redis.call("HGET", base .. "seats", id)
  if not seats then return 0, now end
  local taken, all = string.match(seats, "(%d+):(%d+)")
  local count, soonest = booked(id)
  return all - taken - count, soonest, all - taken, taken + count
end

local function close(id, indexes)
  for _, index in ipairs(indexes) do redis.call("ZREM", base .. "open:" .. index, id) end
  redis.call("ZREM", base .. "full", id)
end

local function place(id)
  local known = redis.call("HGET", base .. "places", id)
  if not known then return end
  known = cjson.decode(known)
  close(id, known["in"])
  local left, soonest, unbooked, given = free(id)
  if left > 0 then
    local since = given > 0 and known.since or known.since + ${BEHIND}
    for _, index in ipairs(known["in"]) do redis.call("ZADD", base .. "open:" .. index, since, id) end
  elseif unbooked and unbooked > 0 then
    redis.call("ZADD", base .. "full", soonest, id)
  end
end

local function displace(id)
  local known = redis.call("HGET", base .. "places", id)
  if known then close(id, cjson.decode(known)["in"]) end
  redis.call("HDEL", base .. "places", id)
  redis.call("HDEL", base .. "seats", id)
end

local function told(id, row)
  redis.call("PUBLISH", base .. "made", '["' .. id .. '",' .. row .. ']')
end

local function giveUp(id)
  if redis.call("HDEL", base .. "due", id) == 0 then return 0 end
  redis.call("SET", base .. "void:" .. id, 1, "EX", ${VOID_SECONDS})
  displace(id)
  redis.call("DEL", base .. "booked:" .. id)
  told(id, "null")
  return 1
end

local function isWhole()
  local from = redis.call("GET", base .. "whole")
  if from then return tonumber(from) <= now end
  redis.call("SET", base .. "whole", now + ${LIMITS.relistMs})
  return false
end

local function removeRow(id, process)
  local row = redis.call("HGET", base .. "rows", id)
  if not row or cjson.decode(row).processId ~= process then return 0 end
  displace(id)
  redis.call("SREM", base .. "at:" .. process, id)
  redis.call("DEL", base .. "booked:" .. id)
  return redis.call("HDEL", base .. "rows", id)
end
`;
