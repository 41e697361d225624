// How a script is put together: the keys that it declares become locals of the same names, then come the parts that it
// shares with others, then its own body. What it needs otherwise are arguments, the instant among them, so that a
// script does the same whatever the server's clock says. Plain `redis.call` on text: an in-memory stand-in runs it too.
import { createHash } from 'node:crypto';
import type { RedisKey } from '../keys.js';

/** A script with the keys that it may touch, in the order in which it is given them. */
export interface RedisScript {
  readonly name: string;
  readonly keys: readonly RedisKey[];
  readonly lua: string;
}

const hashes = new WeakMap<RedisScript, string>();

/** The hash by which a server knows a script that it has seen. */
export function hashOf(script: RedisScript): string {
  let hash = hashes.get(script);
  if (hash === undefined) {
    hash = createHash('sha1').update(script.lua).digest('hex');
    hashes.set(script, hash);
  }
  return hash;
}

/** Lua that several scripts share. It may use what the parts before it define. */
export interface ScriptPart {
  readonly keys: readonly RedisKey[];
  readonly lua: string;
}

/** Puts a script together. Its first argument is the instant, `now`, unless its body reads the arguments itself. */
export function script(
  name: string,
  keys: readonly RedisKey[],
  parts: readonly ScriptPart[],
  body: string,
): RedisScript {
  const declared = [...new Set([...keys, ...parts.flatMap((part) => part.keys)])];
  const locals = declared.map((key, index) => `local ${key} = KEYS[${index + 1}]\n`).join('');
  return { name, keys: declared, lua: [locals, TEXT, ...parts.map(({ lua }) => lua), body].join('\n') };
}

/** `firstBefore(key, limit)`: the first members of a sorted set whose scores are not after now. */
export const FIRST_BEFORE: ScriptPart = {
  keys: [],
  lua: `
local function firstBefore(key, limit)
  local found = {}
  if tonumber(limit) < 1 then return found end
  -- Most calls find that nothing has come yet.
  local rows = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if not rows[1] or tonumber(rows[2]) > tonumber(now) then return found end
  rows = redis.call('ZRANGE', key, 0, whole(limit - 1), 'WITHSCORES')
  for index = 1, #rows, 2 do
    if tonumber(rows[index + 1]) > tonumber(now) then break end
    found[#found + 1] = rows[index]
  end
  return found
end
`,
};

/** Fields of a text are separated by NUL, which no text of a storage holds. */
const TEXT = `
local now = ARGV[1]
local unpack = unpack or table.unpack
local MOST = 1000

local function field(text, from)
  local stop = string.find(text, '\\0', from, true)
  return string.sub(text, from, stop - 1), stop + 1
end

local function whole(number)
  return string.format('%.0f', number)
end

-- A list as an answer. A stand-in in memory takes only those for lists that were filled from their end.
local function answer(list)
  if #list <= MOST then return { unpack(list) } end
  local copy = {}
  for index = #list, 1, -1 do copy[index] = list[index] end
  return copy
end

-- Calls a command with any number of arguments after the first, a multiple of its step at a time.
local function each(command, key, values, first, last)
  for from = first, last, MOST do
    redis.call(command, key, unpack(values, from, math.min(last, from + MOST - 1)))
  end
end
`;
