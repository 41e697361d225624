// The queue in Lua. What waits with priority 0 and was never taken is a list of records; all the rest is a sorted set,
// by falling priority, then by place. A place is how many records had ever entered the list when its owner came, then a
// number to tell those apart that came in between; a record of the list has its place by its position. So the list
// needs no numbers, and what goes back to its place finds it.
import type { ScriptPart } from './script.js';

/**
 * `place`, `append`, `rank`, `enqueue`, `putBack`: into the queue. A record is `id NUL priority NUL task NUL
 * enqueuedAt NUL data`, where priority 0 is no text; a member of the sorted set is `place NUL count NUL record`.
 */
export const QUEUE: ScriptPart = {
  keys: ['queue', 'ranked', 'taken', 'counters'],
  lua: `
local queueGained = false

local function counter(name, by)
  return redis.call('HINCRBY', counters, name, by)
end

local function takenFromList()
  return tonumber(redis.call('GET', taken) or '0')
end

local function placeAt(position, among)
  return string.format('%016.0f%016.0f', position, among)
end

local function place()
  return placeAt(takenFromList() + redis.call('LLEN', queue), counter('places', 1))
end

local function priorityOf(record)
  local _, at = field(record, 1)
  return (field(record, at))
end

local function scoreOf(priority)
  if priority == '' then return '0' end
  if string.sub(priority, 1, 1) == '-' then return string.sub(priority, 2) end
  return '-' .. priority
end

local function putBack(where, count, record)
  redis.call('ZADD', ranked, scoreOf(priorityOf(record)), where .. '\\0' .. count .. '\\0' .. record)
  queueGained = true
end

local function enqueue(priority, record)
  if priority == '' then
    redis.call('RPUSH', queue, record)
    queueGained = true
  else
    putBack(place(), '0', record)
  end
end

-- The record, as enqueued now.
local function enqueuedNow(record)
  local id, at = field(record, 1)
  local priority, task, _
  priority, at = field(record, at)
  task, at = field(record, at)
  _, at = field(record, at)
  return id .. '\\0' .. priority .. '\\0' .. task .. '\\0' .. now .. '\\0' .. string.sub(record, at), priority
end
`,
};

/**
 * `take(wanted, deliver)`: calls `deliver(place, count, record)` for up to so many from the head of the queue. Where
 * the list and the sorted set meet, in priority 0, places decide.
 */
export const TAKE: ScriptPart = {
  keys: ['queue', 'ranked', 'taken'],
  lua: `
local function take(wanted, deliver)
  local left = wanted
  local members, gone, at = redis.call('ZRANGE', ranked, 0, whole(wanted - 1), 'WITHSCORES'), {}, 1
  local listed = true

  local function fromList(most)
    local records = redis.call('LPOP', queue, whole(most))
    local number = records and #records or 0
    if number > 0 then
      local before = redis.call('INCRBY', taken, number) - number
      for index = 1, number do deliver(placeAt(before + index, 0), '0', records[index]) end
      left = left - number
    end
    if number < most then listed = false end
  end

  while left > 0 do
    local member = members[at]
    if listed then
      local most = left
      if member then
        local score = tonumber(members[at + 1])
        if score < 0 then most = 0 end
        if score == 0 then most = math.min(left, tonumber(string.sub(member, 1, 16)) - takenFromList()) end
      end
      if most > 0 then fromList(most) end
    end
    if left <= 0 or not member then break end
    local where, count, from
    where, from = field(member, 1)
    count, from = field(member, from)
    deliver(where, count, string.sub(member, from))
    gone[#gone + 1] = member
    at = at + 2
    left = left - 1
  end
  each('ZREM', ranked, gone, 1, #gone)
end
`,
};
