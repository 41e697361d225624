// Deliveries in Lua: what is in flight, under which lease, and whether it is revoked. A receipt names a delivery and
// its item, so that even a server that has forgotten the last numbers it gave never ends the wrong one. What a script
// launches and lands is written at its end, by `settleFlights`.
import type { ScriptPart } from './script.js';

/** `revokedFlag(id, record)`: '1' if there is a revocation in force for the item or its task, else '0'. */
export const REVOKED: ScriptPart = {
  keys: ['revoked'],
  lua: `
local mayHoldRevocations

-- Data is kept as 'the instant from which it is absent, or nothing', a bar, the data.
local function inForce(value)
  if type(value) ~= 'string' then return false end
  local bar = string.find(value, '|', 1, true)
  return bar == 1 or tonumber(string.sub(value, 1, bar - 1)) > tonumber(now)
end

-- Most queues hold none: one look is enough for a whole turn.
local function holdsRevocations()
  if mayHoldRevocations == nil then mayHoldRevocations = redis.call('EXISTS', revoked) == 1 end
  return mayHoldRevocations
end

local function revokedFlag(id, record)
  if not holdsRevocations() then return '0' end
  local _, at = field(record, #id + 2)
  local task = field(record, at)
  if inForce(redis.call('HGET', revoked, '=revoked:' .. id)) then return '1' end
  if inForce(redis.call('HGET', revoked, '=revoked-task:' .. task)) then return '1' end
  return '0'
end
`,
};

/**
 * `launch`, `land`, `settleFlights`, and `news` of leases. A flight is `lease NUL place NUL count NUL record` under its
 * receipt. An answer tells a delivery as `number NUL count NUL revoked NUL record`.
 */
export const FLIGHT: ScriptPart = {
  keys: ['flight', 'holding', 'counters'],
  lua: `
local launched, holds, leasesGained = {}, {}, {}

local function launch(lease, where, count, record)
  local id = field(record, 1)
  launched[#launched + 1] = { lease, where, count, record, id, revokedFlag(id, record) }
  holds[lease] = (holds[lease] or 0) + 1
end

local function land(value)
  local lease = field(value, 1)
  holds[lease] = (holds[lease] or 0) - 1
end

local function settleFlights()
  local answers, flights = {}, {}
  if #launched > 0 then
    local number = redis.call('HINCRBY', counters, 'receipts', #launched) - #launched
    for index, one in ipairs(launched) do
      local receipt = whole(number + index)
      local lease, where, count, record, id, flag = unpack(one)
      flights[#flights + 1] = receipt .. ':' .. id
      flights[#flights + 1] = lease .. '\\0' .. where .. '\\0' .. count .. '\\0' .. record
      answers[index] = receipt .. '\\0' .. count .. '\\0' .. flag .. '\\0' .. record
    end
    each('HSET', flight, flights, 1, #flights)
  end
  for lease, change in pairs(holds) do
    if change ~= 0 then
      local number = redis.call('HINCRBY', holding, lease, change)
      if number <= 0 then redis.call('HDEL', holding, lease) end
      if number > 0 and number == change then leasesGained[#leasesGained + 1] = lease end
    end
  end
  return answers
end
`,
};

/** `tell(channel, scheduleGained, leases)`: one message with all that has gained, if anything has. */
export const TELL: ScriptPart = {
  keys: [],
  lua: `
local function tell(channel, scheduleGained, leases)
  local news = {}
  if queueGained then news[1] = 'q' end
  if scheduleGained then news[#news + 1] = 's' end
  for _, lease in ipairs(leases) do news[#news + 1] = 'l' .. lease end
  if #news > 0 then redis.call('PUBLISH', channel, table.concat(news, '\\0')) end
end
`,
};
