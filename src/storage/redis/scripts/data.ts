// Data under keys, in Lua. Revocations have a hash of their own, so that a worker sees at once that there are none. An
// instant at which data ends is kept with it, and judged by the caller's clock; a sorted set of those instants serves
// to clear away what nobody asks for.
import { FIRST_BEFORE, type RedisScript, script, type ScriptPart } from './script.js';

/** `homeOf(key)`, `endOf(value)`, `read(key)`, `remove(key, value)`, `sweep(limit)`. */
export const DATA: ScriptPart = {
  keys: ['data', 'revoked', 'expiries'],
  lua: `
local function homeOf(key)
  if string.sub(key, 1, 8) == '=revoked' then return revoked end
  return data
end

local function endOf(value)
  return tonumber(string.sub(value, 1, string.find(value, '|', 1, true) - 1))
end

-- The value as it is kept, if it is there and has not ended.
local function read(key)
  local value = redis.call('HGET', homeOf(key), key)
  if not value then return false end
  local ends = endOf(value)
  if ends and ends <= tonumber(now) then return false end
  return value
end

local function remove(key, value)
  redis.call('HDEL', homeOf(key), key)
  if endOf(value) then redis.call('ZREM', expiries, key) end
end

local function sweep(limit)
  local keys = firstBefore(expiries, limit)
  for _, key in ipairs(keys) do
    local value = redis.call('HGET', homeOf(key), key)
    local ends = value and endOf(value)
    if ends and ends <= tonumber(now) then redis.call('HDEL', homeOf(key), key) end
    redis.call('ZREM', expiries, key)
  end
  return #keys
end
`,
};

export const POP: RedisScript = script(
  'pop',
  [],
  [FIRST_BEFORE, DATA],
  `
local value = read(ARGV[2])
if value then remove(ARGV[2], value) end
return value
`,
);

/** Removes the data, if it is the third argument when there is one. */
export const DELETE: RedisScript = script(
  'delete',
  [],
  [FIRST_BEFORE, DATA],
  `
local value = read(ARGV[2])
if not value then return 0 end
if ARGV[3] and string.sub(value, string.find(value, '|', 1, true) + 1) ~= ARGV[3] then return 0 end
remove(ARGV[2], value)
return 1
`,
);

export const PUT_IF_EMPTY: RedisScript = script(
  'putIfEmpty',
  [],
  [FIRST_BEFORE, DATA],
  `
if read(ARGV[2]) then return 0 end
redis.call('ZREM', expiries, ARGV[2])
redis.call('HSET', homeOf(ARGV[2]), ARGV[2], '|' .. ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[2])
return 1
`,
);

/** Clears away what has ended, at most as much as is said; answers how much it looked at. */
export const SWEEP: RedisScript = script('sweep', [], [FIRST_BEFORE, DATA], 'return sweep(ARGV[2])');

/** The keys that are left after a sweep. */
export const KEYS: RedisScript = script(
  'keys',
  [],
  [FIRST_BEFORE, DATA],
  `
while sweep(MOST) > 0 do end
return { redis.call('HKEYS', data), redis.call('HKEYS', revoked) }
`,
);
