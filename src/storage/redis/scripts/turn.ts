// One turn of a consumer in one script: what it settles, in order, then what it takes. What the settlements come to is
// gathered where the order does not show, so that a turn of many tasks makes few calls.
import { DATA } from './data.js';
import { FLIGHT, REVOKED, TELL } from './flight.js';
import { LEASES } from './leases.js';
import { QUEUE, TAKE } from './queue.js';
import { FIRST_BEFORE, type RedisScript, script } from './script.js';

/** Into the list, with one message to those who wait: what most producers need. */
export const ENQUEUE: RedisScript = script(
  'enqueue',
  ['queue'],
  [],
  `
each('RPUSH', queue, ARGV, 1, #ARGV)
local channel = string.sub(queue, 1, -6) .. 'news'
redis.call('PUBLISH', channel, 'q')
`,
);

/**
 * Chords: `chord` keeps `size, id, priority, task, tail, data` separated by NUL under the chord's id, how many members
 * have reported under `id NUL`, and what they reported under `id NUL index`: `+` and the text, or `-` once it was
 * flushed.
 */
const CHORDS = `
local function completed(chord, frame)
  local size, at = field(frame, 1)
  local id, priority, task, tail
  id, at = field(frame, at)
  priority, at = field(frame, at)
  task, at = field(frame, at)
  tail, at = field(frame, at)
  local parts, fields = { string.sub(frame, at) }, {}
  for index = 0, tonumber(size) - 1 do fields[index + 1] = chord .. '\\0' .. whole(index) end
  for from = 1, #fields, MOST do
    local values = redis.call('HMGET', chords, unpack(fields, from, math.min(#fields, from + MOST - 1)))
    for index = 1, math.min(MOST, #fields - from + 1) do
      local value = values[index]
      parts[#parts + 1] = '\\t' .. (type(value) == 'string' and string.sub(value, 2) or '')
    end
  end
  fields[#fields + 1] = chord
  fields[#fields + 1] = chord .. '\\0'
  each('HDEL', chords, fields, 1, #fields)
  return priority, table.concat({ id, priority, task, now, table.concat(parts) .. tail }, '\\0')
end

local function report(chord, index, value)
  local frame = redis.call('HGET', chords, chord)
  if not frame then return end
  if redis.call('HSETNX', chords, chord .. '\\0' .. index, '+' .. value) == 0 then return end
  if redis.call('HINCRBY', chords, chord .. '\\0', 1) < tonumber((field(frame, 1))) then return end
  return completed(chord, frame)
end
`;

/**
 * Arguments: the instant, lease, until when the lease is kept or nothing, how many to take, whether to deliver at once,
 * the two channels, how many receipts; the receipts; the settlements. A settlement is the number of its receipt or 0,
 * how many arguments follow, and its effects. An effect is a letter and its own arguments.
 *
 * Answers: the numbers of the receipts that were not in flight; five texts for each item that an effect enqueued (its
 * settlement, its effect, its record, and whether it was delivered); the deliveries, those of effects first.
 */
export const TURN: RedisScript = script(
  'turn',
  ['schedule', 'chords', 'slots', 'dead', 'deadOrder'],
  [QUEUE, TAKE, REVOKED, FLIGHT, FIRST_BEFORE, DATA, LEASES, TELL],
  `${CHORDS}
local lease, wanted, deliver = ARGV[2], tonumber(ARGV[4]), ARGV[5] == '1'
local number = tonumber(ARGV[8])
local at = 9

local landed, refused, gone = {}, {}, {}
for from = 1, number, MOST do
  local last = math.min(number, from + MOST - 1)
  local values = redis.call('HMGET', flight, unpack(ARGV, at + from - 1, at + last - 1))
  for index = from, last do
    local receipt, value = ARGV[at + index - 1], values[index - from + 1]
    if type(value) == 'string' and not gone[receipt] then
      gone[receipt] = true
      gone[#gone + 1] = receipt
      landed[index] = value
      land(value)
    else
      refused[#refused + 1] = index
    end
  end
end
each('HDEL', flight, gone, 1, #gone)
at = at + number

local puts, putKeys, expiring, enqueued, scheduleGained = {}, {}, 0, {}, false
local settlement, effect, delivery = 0, 0, nil

local function emit(priority, record, conditional)
  if deliver then
    launch(lease, place(), '1', record)
  else
    enqueue(priority, record)
  end
  if not deliver and not conditional then return end
  enqueued[#enqueued + 1] = { settlement, effect, deliver and '' or record }
end

local function put(key, value, ends)
  putKeys[#putKeys + 1] = key
  if homeOf(key) == revoked then
    redis.call('HSET', revoked, key, value)
    mayHoldRevocations = true
  else
    puts[#puts + 1] = key
    puts[#puts + 1] = value
  end
  if ends then
    redis.call('ZADD', expiries, ends, key)
    expiring = expiring + 1
  end
end

-- Each takes the index of its first argument and returns that after its last.
local effects = {
  p = function(i) put(ARGV[i], ARGV[i + 1]) return i + 2 end,
  x = function(i) put(ARGV[i], ARGV[i + 1], ARGV[i + 2]) return i + 3 end,
  e = function(i)
    local last = i + tonumber(ARGV[i])
    if deliver then
      for index = i + 1, last do
        emit('', ARGV[index])
        effect = effect + 1
      end
    else
      each('RPUSH', queue, ARGV, i + 1, last)
      queueGained = true
      effect = effect + last - i
    end
    effect = effect - 1
    return last + 1
  end,
  E = function(i) emit(ARGV[i], ARGV[i + 1]) return i + 2 end,
  s = function(i)
    redis.call('ZADD', schedule, ARGV[i], string.format('%016.0f', counter('places', 1)) .. '\\0' .. ARGV[i + 1])
    scheduleGained = true
    return i + 2
  end,
  t = function(i)
    local last = redis.call('HGET', slots, ARGV[i])
    if not last or tonumber(last) < tonumber(ARGV[i + 1]) then
      redis.call('HSET', slots, ARGV[i], ARGV[i + 1])
      emit(ARGV[i + 2], ARGV[i + 3], true)
    end
    return i + 4
  end,
  c = function(i)
    local chord, size, frame = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    frame = size .. '\\0' .. frame
    if size == '0' then
      if redis.call('HEXISTS', chords, chord) == 0 then
        local priority, record = completed(chord, frame)
        emit(priority, record, true)
      end
    else
      redis.call('HSETNX', chords, chord, frame)
    end
    return i + 3
  end,
  r = function(i)
    local priority, record = report(ARGV[i], ARGV[i + 1], ARGV[i + 2])
    if record then emit(priority, record, true) end
    return i + 3
  end,
  u = function(i)
    if holdsRevocations() then redis.call('HDEL', revoked, '=revoked:' .. ARGV[i]) end
    return i + 1
  end,
  k = function(i) unlock(ARGV[i], ARGV[i + 1]) return i + 2 end,
  b = function(i)
    if delivery then
      local _, from = field(delivery, 1)
      local where, count
      where, from = field(delivery, from)
      count, from = field(delivery, from)
      putBack(where, count, string.sub(delivery, from))
    end
    delivery = nil
    return i
  end,
  d = function(i)
    redis.call('HSET', dead, ARGV[i], now .. '\\0' .. ARGV[i + 1])
    redis.call('ZADD', deadOrder, whole(counter('places', 1)), ARGV[i])
    return i + 2
  end,
}

while at <= #ARGV do
  local receipt, last = tonumber(ARGV[at]), at + 1 + tonumber(ARGV[at + 1])
  at = at + 2
  delivery, effect = landed[receipt], 0
  if receipt == 0 or delivery then
    while at <= last do
      at = effects[ARGV[at]](at + 1)
      effect = effect + 1
    end
  end
  at = last + 1
  settlement = settlement + 1
end
each('HSET', data, puts, 1, #puts)
-- More goes than comes, though nobody may ever ask.
if expiring > 0 then sweep(2 * expiring) end

if ARGV[3] ~= '' then keep(lease, ARGV[3]) end
if wanted > 0 then
  take(wanted, function(where, count, record) launch(lease, where, whole(tonumber(count) + 1), record) end)
end
local deliveries = settleFlights()
tell(ARGV[6], scheduleGained, leasesGained)
if #putKeys > 0 then redis.call('PUBLISH', ARGV[7], table.concat(putKeys, '\\0')) end
return { answer(refused), answer(enqueued), answer(deliveries) }
`,
);

/** Takes what is due out of the schedule, in flight, as enqueued now. Answers the deliveries, and the next instant. */
export const HAND_OVER: RedisScript = script(
  'handOver',
  ['schedule'],
  [FIRST_BEFORE, QUEUE, REVOKED, FLIGHT, TELL],
  `
local due = firstBefore(schedule, ARGV[3])
for _, member in ipairs(due) do
  local record = enqueuedNow(string.sub(member, 18))
  launch(ARGV[2], place(), '0', record)
end
each('ZREM', schedule, due, 1, #due)
local deliveries = settleFlights()
tell(ARGV[4], false, leasesGained)
local nextOne = redis.call('ZRANGE', schedule, 0, 0, 'WITHSCORES')
return { answer(deliveries), nextOne[2] or '' }
`,
);
