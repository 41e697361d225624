// What operators read, and how a part of a storage is emptied, in Lua.
import { REVOKED, TELL } from './flight.js';
import { QUEUE } from './queue.js';
import { type RedisScript, script } from './script.js';

/** The heads of the list and of the sorted set, and the position of the first in the list; the caller merges them. */
export const PENDING: RedisScript = script(
  'pending',
  [],
  [QUEUE],
  `
local last = ARGV[2]
if last == '-2' then return { '0', {}, {} } end
return { whole(takenFromList()), redis.call('LRANGE', queue, 0, last), redis.call('ZRANGE', ranked, 0, last, 'WITHSCORES') }
`,
);

export const PENDING_COUNT: RedisScript = script(
  'pendingCount',
  ['queue', 'ranked'],
  [],
  `return redis.call('LLEN', queue) + redis.call('ZCARD', ranked)`,
);

/** Whether the queue and the schedule hold anything, and which leases do. */
export const GAINS: RedisScript = script(
  'gains',
  ['queue', 'ranked', 'schedule', 'holding'],
  [],
  `
return {
  redis.call('LLEN', queue) + redis.call('ZCARD', ranked),
  redis.call('ZCARD', schedule),
  redis.call('HKEYS', holding)
}
`,
);

/** What is in flight under a lease, or under any: receipt, flight, and whether it is revoked, for each. */
export const HELD: RedisScript = script(
  'held',
  ['flight'],
  [REVOKED],
  `
local held, all = {}, redis.call('HGETALL', flight)
for index = 1, #all, 2 do
  local lease, at = field(all[index + 1], 1)
  if not ARGV[2] or lease == ARGV[2] then
    local place, count
    place, at = field(all[index + 1], at)
    count, at = field(all[index + 1], at)
    local record = string.sub(all[index + 1], at)
    held[#held + 1] = all[index]
    held[#held + 1] = all[index + 1]
    held[#held + 1] = revokedFlag(field(record, 1), record)
  end
end
return answer(held)
`,
);

/** Dead letters in the order of their burial. */
export const DEAD: RedisScript = script(
  'dead',
  ['dead', 'deadOrder'],
  [],
  `
local letters = {}
for _, id in ipairs(redis.call('ZRANGE', deadOrder, 0, ARGV[2])) do
  letters[#letters + 1] = redis.call('HGET', dead, id)
end
return answer(letters)
`,
);

export const RESOLVE_DEAD: RedisScript = script(
  'resolveDead',
  ['dead', 'deadOrder'],
  [QUEUE, TELL],
  `
local letter = redis.call('HGET', dead, ARGV[2])
if not letter then return 0 end
redis.call('HDEL', dead, ARGV[2])
redis.call('ZREM', deadOrder, ARGV[2])
if ARGV[3] == 'retry' then
  local _, at = field(letter, 1)
  _, at = field(letter, at)
  local record, priority = enqueuedNow(string.sub(letter, at))
  enqueue(priority, record)
  tell(ARGV[4], false, {})
end
return 1
`,
);

/** The values that open chords have: the fields under which they are kept. */
export const REPORTS: RedisScript = script(
  'reports',
  ['chords'],
  [],
  `
local fields = {}
for _, name in ipairs(redis.call('HKEYS', chords)) do
  local stop = string.find(name, '\\0', 1, true)
  if stop and stop < #name and redis.call('HGET', chords, name) ~= '-' then fields[#fields + 1] = name end
end
return answer(fields)
`,
);

/** Counters stay: they name places and receipts that may still be held somewhere. Leases are not contents. */
export const FLUSH: RedisScript = script(
  'flush',
  [
    'schedule',
    'data',
    'revoked',
    'expiries',
    'locks',
    'rates',
    'chords',
    'slots',
    'dead',
    'deadOrder',
    'flight',
    'holding',
  ],
  [QUEUE],
  `
local target = ARGV[2]
local all = target == ''
if all or target == 'queue' then
  local number = redis.call('LLEN', queue)
  if number > 0 then redis.call('INCRBY', taken, number) end
  redis.call('DEL', queue, ranked)
end
if all or target == 'schedule' then redis.call('DEL', schedule) end
if all or target == 'dead' then redis.call('DEL', dead, deadOrder) end
if all or target == 'results' then
  redis.call('DEL', data, revoked, expiries, locks, rates)
  for _, name in ipairs(redis.call('HKEYS', chords)) do
    local stop = string.find(name, '\\0', 1, true)
    if stop and stop < #name then redis.call('HSET', chords, name, '-') end
  end
end
if target == 'counters' then
  for _, name in ipairs(redis.call('HKEYS', rates)) do
    redis.call('HSET', rates, name, (field(redis.call('HGET', rates, name), 1)) .. '\\0' .. '0')
  end
end
if all then redis.call('DEL', flight, holding, chords, slots) end
`,
);
