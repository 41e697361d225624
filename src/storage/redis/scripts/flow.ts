// The turn of a busy consumer, which only stores results and takes from the list: the same as TURN, with nothing in it
// that such a turn does not need. It answers false, before it has changed anything, wherever more is needed.
import { DATA } from './data.js';
import { FIRST_BEFORE, type RedisScript, script } from './script.js';

/**
 * Arguments: a text of all that is said once, as each argument costs the client more than the server takes to cut it
 * out; the receipts, all different and of the lease; key and value of each result in turn; end and key of each that
 * ends, in turn. The text is, with NUL between: the lease, until when it is kept or nothing, the instant, how many to
 * take, what ends the receipts of what is taken, two digits for each settlement that say how many results it stores and
 * how many of them end, the keys of the results.
 *
 * Answers the records that were taken; then one text more, the position of the first of them and, after a comma each,
 * the numbers of the receipts that were not in flight. The receipt of a record is `q`, its position in 16 digits, and
 * the given end.
 */
export const FLOW: RedisScript = script(
  'flow',
  ['queue', 'ranked', 'revoked', 'flight', 'holding', 'taken', 'data', 'leases', 'expiries'],
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

local head, refused, number, expiring = '', 0, #counts / 2, 0
for index = 1, number do
  if redis.call('HDEL', flight, ARGV[1 + index]) == 0 then
    head = head .. ',' .. index
    refused = refused + 1
  end
end
for index = 1, number do expiring = expiring + string.byte(counts, 2 * index) - 48 end
local from, ends = 2 + number, #ARGV - 2 * expiring
if refused == 0 then
  each('HSET', data, ARGV, from, ends)
  each('ZADD', expiries, ARGV, ends + 1, #ARGV)
else
  local puts, rows, at = {}, {}, ends + 1
  for index = 1, number do
    local last = from + 2 * (string.byte(counts, 2 * index - 1) - 48) - 1
    local final = at + 2 * (string.byte(counts, 2 * index) - 48) - 1
    if not string.find(head .. ',', ',' .. index .. ',', 1, true) then
      for i = from, last do puts[#puts + 1] = ARGV[i] end
      for i = at, final do rows[#rows + 1] = ARGV[i] end
    end
    from, at = last + 1, final + 1
  end
  each('HSET', data, puts, 1, #puts)
  each('ZADD', expiries, rows, 1, #rows)
end
if expiring > 0 then
  now = instant
  ${FIRST_BEFORE.lua}${DATA.lua}
  -- More goes than comes, though nobody may ever ask.
  sweep(2 * expiring)
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
