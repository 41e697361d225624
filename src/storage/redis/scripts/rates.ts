// Rate windows in Lua: the window last used, and its count. Windows are compared as numbers and kept as they came.
import { type RedisScript, script } from './script.js';

export const RATE: RedisScript = script(
  'rate',
  ['rates'],
  [],
  `
local name, window, count = ARGV[2], ARGV[3], 1
local before = redis.call('HGET', rates, name)
if before then
  local last, at = field(before, 1)
  if tonumber(last) >= tonumber(window) then
    window = last
    count = tonumber(string.sub(before, at)) + 1
  end
end
redis.call('HSET', rates, name, window .. '\\0' .. whole(count))
return count
`,
);
