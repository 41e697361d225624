// Leases and what ends with them, in Lua: a lock is held as long as its instant has not come and its lease lives.
import { REVOKED, FLIGHT, TELL } from './flight.js';
import { QUEUE } from './queue.js';
import { type RedisScript, script, type ScriptPart } from './script.js';

/**
 * `isAlive`, `keep`, `holdsOf`, `saveHolds`. A lock is kept under its name as `owner NUL lease NUL end NUL` for each
 * place that is held: the lease and the end may be nothing.
 */
export const LEASES: ScriptPart = {
  keys: ['leases', 'locks'],
  lua: `
local function isAlive(lease)
  local ends = redis.call('HGET', leases, lease)
  return ends and tonumber(ends) > tonumber(now)
end

local function parseHolds(text, lasts)
  local found, at = {}, 1
  while at <= #text do
    local hold = {}
    for index = 1, 3 do hold[index], at = field(text, at) end
    if lasts(hold) then found[#found + 1] = hold end
  end
  return found
end

local function lasts(hold)
  if hold[3] ~= '' and tonumber(hold[3]) <= tonumber(now) then return false end
  return hold[2] == '' or isAlive(hold[2])
end

local function holdsOf(name)
  return parseHolds(redis.call('HGET', locks, name) or '', lasts)
end

local function saveHolds(name, kept)
  if #kept == 0 then return redis.call('HDEL', locks, name) end
  local texts = {}
  for _, hold in ipairs(kept) do texts[#texts + 1] = table.concat(hold, '\\0') .. '\\0' end
  redis.call('HSET', locks, name, table.concat(texts))
end

local function unlock(name, owner)
  local before = holdsOf(name)
  local kept = {}
  for _, hold in ipairs(before) do
    if hold[1] ~= owner then kept[#kept + 1] = hold end
  end
  saveHolds(name, kept)
  return #kept < #before
end

-- A lease that had died has lost its locks; one that nobody knows has none.
local function keep(lease, ends)
  local before = redis.call('HGET', leases, lease)
  if before and tonumber(before) <= tonumber(now) then
    local all = redis.call('HGETALL', locks)
    for index = 1, #all, 2 do
      saveHolds(all[index], parseHolds(all[index + 1], function(hold) return hold[2] ~= lease end))
    end
  end
  redis.call('HSET', leases, lease, ends)
end
`,
};

export const KEEP_LEASE: RedisScript = script('keepLease', [], [LEASES], 'keep(ARGV[2], ARGV[3])');

/** An instant before all others. */
export const END_LEASE: RedisScript = script(
  'endLease',
  ['leases'],
  [],
  `if redis.call('HEXISTS', leases, ARGV[2]) == 1 then redis.call('HSET', leases, ARGV[2], '-1e308') end`,
);

export const ACQUIRE: RedisScript = script(
  'acquire',
  [],
  [LEASES],
  `
local _, name, owner, places, lease, ends = unpack(ARGV)
local kept = holdsOf(name)
local hold = { owner, lease, ends }
if #kept >= tonumber(places) or not lasts(hold) then return 0 end
for _, other in ipairs(kept) do
  if other[1] == owner then return 0 end
end
kept[#kept + 1] = hold
saveHolds(name, kept)
return 1
`,
);

export const UNLOCK: RedisScript = script(
  'unlock',
  [],
  [LEASES],
  'if unlock(ARGV[2], ARGV[3]) then return 1 end return 0',
);

export const HOLDERS: RedisScript = script('holders', [], [LEASES], 'return #holdsOf(ARGV[2])');

/** Names of held locks; what is held no more is forgotten on the way. */
export const LOCKS: RedisScript = script(
  'locks',
  [],
  [LEASES],
  `
local names = {}
for _, name in ipairs(redis.call('HKEYS', locks)) do
  local kept = holdsOf(name)
  if #kept == 0 then redis.call('HDEL', locks, name) else names[#names + 1] = name end
end
return answer(names)
`,
);

export const FLUSH_LOCKS: RedisScript = script(
  'flushLocks',
  [],
  [LEASES],
  `
local held = {}
for index = 2, #ARGV do
  if #holdsOf(ARGV[index]) > 0 then held[#held + 1] = ARGV[index] end
  redis.call('HDEL', locks, ARGV[index])
end
return answer(held)
`,
);

/**
 * Lands what dead leases hold, in the order of the queue; clears away locks and leases that have ended. Answers the
 * records that went back, the deliveries that were taken over, and when the next lease ends, or nothing.
 */
export const RECOVER: RedisScript = script(
  'recover',
  [],
  [QUEUE, REVOKED, FLIGHT, LEASES, TELL],
  `
local lease, most = ARGV[2], tonumber(ARGV[3])

for _, name in ipairs(redis.call('HKEYS', locks)) do
  local text = redis.call('HGET', locks, name)
  local kept = holdsOf(name)
  if #kept == 0 then saveHolds(name, kept) end
end

local ends, all = {}, redis.call('HGETALL', leases)
for index = 1, #all, 2 do ends[all[index]] = tonumber(all[index + 1]) end
local function isDead(name) return not ends[name] or ends[name] <= tonumber(now) end

local anyDead, nextEnd, holders = false, nil, {}
for _, name in ipairs(redis.call('HKEYS', holding)) do
  holders[name] = true
  if isDead(name) then
    anyDead = true
  elseif name ~= lease and (not nextEnd or ends[name] < ends[nextEnd]) then
    nextEnd = name
  end
end
local forgotten = {}
for name in pairs(ends) do
  if isDead(name) and not holders[name] then forgotten[#forgotten + 1] = name end
end
each('HDEL', leases, forgotten, 1, #forgotten)

local lost, receipts, requeued = {}, {}, {}
if anyDead then
  local flights = redis.call('HGETALL', flight)
  for index = 1, #flights, 2 do
    local value = flights[index + 1]
    local holder, at = field(value, 1)
    if isDead(holder) then
      local one = {}
      one.place, at = field(value, at)
      one.count, at = field(value, at)
      one.record = string.sub(value, at)
      one.score = tonumber(scoreOf(priorityOf(one.record)))
      lost[#lost + 1] = one
      receipts[#receipts + 1] = flights[index]
      land(value)
    end
  end
end
table.sort(lost, function(a, b)
  if a.score ~= b.score then return a.score < b.score end
  return a.place < b.place
end)
each('HDEL', flight, receipts, 1, #receipts)
for _, one in ipairs(lost) do
  if tonumber(one.count) >= most then
    launch(lease, one.place, one.count, one.record)
  else
    requeued[#requeued + 1] = one.record
    putBack(one.place, one.count, one.record)
  end
end
local exhausted = settleFlights()
tell(ARGV[4], false, leasesGained)
return { answer(requeued), answer(exhausted), nextEnd and redis.call('HGET', leases, nextEnd) or '' }
`,
);
