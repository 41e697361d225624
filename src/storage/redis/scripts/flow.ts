// The turn of a busy consumer, which only stores results and takes from the list: the same as TURN, with nothing in it
// that such a turn does not need. It answers false, before it has changed anything, wherever more is needed.
import { type RedisScript, script } from './script.js';

/**
 * Arguments: the instant, lease, until when it is kept or nothing, how many to take, the two channels, what ends the
 * receipts of what is taken, how many are settled, a digit for each that says how many results it stores, their keys as
 * a message; the receipts, all different and of this lease; key and value of each result in turn.
 *
 * Answers the records that were taken; then one text more, the position of the first of them and, after a comma each, the numbers of the receipts that were not in flight. The receipt of a record is `q`, its position in 16 digits,
 * and the given end.
 */
export const FLOW: RedisScript = script(
  'flow',
  ['queue', 'ranked', 'revoked', 'flight', 'holding', 'taken', 'data', 'leases'],
  [],
  `
if redis.call('EXISTS', ranked, revoked) > 0 then return false end
local lease, ends, number = ARGV[2], ARGV[3], tonumber(ARGV[8])
if ends ~= '' then
  local before = redis.call('HGET', leases, lease)
  if before and tonumber(before) <= tonumber(now) then return false end
  redis.call('HSET', leases, lease, ends)
end

-- Taken first, so that what is in flight under one worker's lease is not a new hash for each task.
local records = ARGV[4] ~= '0' and redis.call('LPOP', queue, ARGV[4]) or {}
local count, before = #records, 0
local first = ''
if count > 0 then
  before = redis.call('INCRBY', taken, count) - count
  local flights, prefix, rest, receiptEnd = {}, lease .. '\\0', '0000000000000000\\0001\\0', ARGV[7]
  for index = 1, count do
    local position = string.format('%016.0f', before + index)
    if index == 1 then first = position end
    flights[2 * index - 1] = 'q' .. position .. receiptEnd
    flights[2 * index] = prefix .. position .. rest .. records[index]
  end
  each('HSET', flight, flights, 1, 2 * count)
end

local head, refused = '', 0
for index = 1, number do
  if redis.call('HDEL', flight, ARGV[10 + index]) == 0 then
    head = head .. ',' .. index
    refused = refused + 1
  end
end
local from = 11 + number
if refused == 0 then
  each('HSET', data, ARGV, from, #ARGV)
else
  local puts = {}
  for index = 1, number do
    local last = from + 2 * tonumber(string.sub(ARGV[9], index, index)) - 1
    if not string.find(head .. ',', ',' .. index .. ',', 1, true) then
      for at = from, last do puts[#puts + 1] = ARGV[at] end
    end
    from = last + 1
  end
  each('HSET', data, puts, 1, #puts)
end

local change = count - number + refused
if change ~= 0 then
  local held = redis.call('HINCRBY', holding, lease, change)
  if held <= 0 then redis.call('HDEL', holding, lease) end
  if held > 0 and held == change then redis.call('PUBLISH', ARGV[5], 'l' .. lease) end
end
if ARGV[10] ~= '' and refused < number then redis.call('PUBLISH', ARGV[6], ARGV[10]) end
records[count + 1] = first .. head
return records
`,
);
