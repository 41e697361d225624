// The turn of a busy consumer, which only stores results and takes from the list: the same as TURN, with nothing in it
// that such a turn does not need. It answers false, before it has changed anything, wherever more is needed.
import { type RedisScript, script } from './script.js';

/**
 * Arguments: the instant, lease, until when it is kept or nothing, how many to take, the two channels, how many receipts;
 * the receipts, all different; for each settlement, how many arguments follow, and those: key and value in turn.
 *
 * Answers: the numbers of the receipts that were not in flight; the position of the first record that was taken; the
 * records. The receipt of a record is `q`, its position, a colon and its id.
 */
export const FLOW: RedisScript = script(
  'flow',
  ['queue', 'ranked', 'revoked', 'flight', 'holding', 'counters', 'data', 'leases'],
  [],
  `
local lease, ends, number = ARGV[2], ARGV[3], tonumber(ARGV[7])
if redis.call('EXISTS', ranked, revoked) > 0 then return false end
if ends ~= '' then
  local before = redis.call('HGET', leases, lease)
  if before and tonumber(before) <= tonumber(now) then return false end
end

local values = number > 0 and redis.call('HMGET', flight, unpack(ARGV, 8, 7 + number)) or {}
local prefix, refused, gone, puts, keys = lease .. '\\0', {}, {}, {}, {}
local at = 8 + number
for index = 1, number do
  local value, last = values[index], at + tonumber(ARGV[at])
  if type(value) ~= 'string' then
    refused[#refused + 1] = index
  elseif string.sub(value, 1, #prefix) ~= prefix then
    return false
  else
    gone[#gone + 1] = ARGV[7 + index]
    for pair = at + 1, last, 2 do
      keys[#keys + 1] = ARGV[pair]
      puts[#puts + 1] = ARGV[pair]
      puts[#puts + 1] = ARGV[pair + 1]
    end
  end
  at = last + 1
end

each('HDEL', flight, gone, 1, #gone)
each('HSET', data, puts, 1, #puts)
if ends ~= '' then redis.call('HSET', leases, lease, ends) end
local records = tonumber(ARGV[4]) > 0 and redis.call('LPOP', queue, ARGV[4]) or {}
local first = 0
if #records > 0 then
  first = redis.call('HINCRBY', counters, 'taken', #records) - #records + 1
  local flights = {}
  for index, record in ipairs(records) do
    local position = first + index - 1
    local id = string.sub(record, 1, string.find(record, '\\0', 1, true) - 1)
    flights[#flights + 1] = 'q' .. whole(position) .. ':' .. id
    flights[#flights + 1] = prefix .. string.format('%016.0f%016.0f', position, 0) .. '\\0' .. '1' .. '\\0' .. record
  end
  each('HSET', flight, flights, 1, #flights)
end
local change = #records - #gone
if change ~= 0 then
  local held = redis.call('HINCRBY', holding, lease, change)
  if held <= 0 then redis.call('HDEL', holding, lease) end
  if held > 0 and held == change then redis.call('PUBLISH', ARGV[5], 'l' .. lease) end
end
if #keys > 0 then redis.call('PUBLISH', ARGV[6], table.concat(keys, '\\0')) end
return { answer(refused), whole(first), answer(records) }
`,
);
