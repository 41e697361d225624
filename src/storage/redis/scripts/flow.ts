// The turn of a busy consumer, which only stores results and takes from the list: the same as TURN, with nothing in it
// that such a turn does not need. It answers false, before it has changed anything, wherever more is needed.
import { type RedisScript, script } from './script.js';

/**
 * Arguments: a text of all that is said once, as each argument costs the client more than the server takes to cut it
 * out; the receipts, all different and of the lease; key and value of each result in turn. The text is, with NUL between:
 * the lease, until when it is kept or nothing, the instant, how many to take, what ends the receipts of what is taken, a
 * digit for each settlement that says how many results it stores, the keys of the results.
 *
 * Answers the records that were taken; then one text more, the position of the first of them and, after a comma each,
 * the numbers of the receipts that were not in flight. The receipt of a record is `q`, its position in 16 digits, and
 * the given end.
 */
export const FLOW: RedisScript = script(
  'flow',
  ['queue', 'ranked', 'revoked', 'flight', 'holding', 'taken', 'data', 'leases'],
  [],
  `
if redis.call('EXISTS', ranked, revoked) > 0 then return false end
local lease, ends, instant, wanted, receiptEnd, counts, keys =
  string.match(ARGV[1], '^(%Z*)%z(%Z*)%z(%Z*)%z(%Z*)%z(%Z*)%z(%Z*)%z(.*)$')
if ends ~= '' then
  local before = redis.call('HGET', leases, lease)
  if before and tonumber(before) <= tonumber(instant) then return false end
  redis.call('HSET', leases, lease, ends)
end

-- Taken first, so that what is in flight under one worker's lease is not a new hash for each task.
local records = wanted ~= '0' and redis.call('LPOP', queue, wanted) or {}
local count, before = #records, 0
local first = ''
if count > 0 then
  before = redis.call('INCRBY', taken, count) - count
  local flights, prefix, rest = {}, lease .. '\\0', '0000000000000000\\0001\\0'
  for index = 1, count do
    local position = string.format('%016.0f', before + index)
    if index == 1 then first = position end
    flights[2 * index - 1] = 'q' .. position .. receiptEnd
    flights[2 * index] = prefix .. position .. rest .. records[index]
  end
  each('HSET', flight, flights, 1, 2 * count)
end

local head, refused, number = '', 0, #counts
for index = 1, number do
  if redis.call('HDEL', flight, ARGV[1 + index]) == 0 then
    head = head .. ',' .. index
    refused = refused + 1
  end
end
local from = 2 + number
if refused == 0 then
  each('HSET', data, ARGV, from, #ARGV)
else
  local puts = {}
  for index = 1, number do
    local last = from + 2 * tonumber(string.sub(counts, index, index)) - 1
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
  if held > 0 and held == change then
    local channel = string.sub(queue, 1, -6) .. 'news'
    redis.call('PUBLISH', channel, 'l' .. lease)
  end
end
if keys ~= '' and refused < number then
  local channel = string.sub(queue, 1, -6) .. 'stored'
  redis.call('PUBLISH', channel, keys)
end
records[count + 1] = first .. head
return records
`,
);
