// Where a queue lives on the server: a fixed number of keys, whatever is in it. All carry the queue's name as a hash
// tag, so a cluster keeps them on one node and scripts may use them together.

/** What is under each key. */
export const REDIS_KEYS = {
  queue: 'list: what waits with priority 0 and was never taken',
  ranked: 'sorted set: what waits otherwise, by falling priority, then by place',
  schedule: 'sorted set: the schedule, by due instant',
  flight: 'hash: deliveries by receipt',
  holding: 'hash: how many deliveries each lease holds',
  leases: 'hash: until when each lease is kept',
  data: 'hash: results and data of your own',
  revoked: 'hash: revocations',
  expiries: 'sorted set: when data ends, by instant',
  chords: 'hash: open chords and what was reported to them',
  locks: 'hash: who holds each lock',
  rates: 'hash: the window last used of each rate limit',
  slots: 'hash: the slot last claimed of each periodic task',
  dead: 'hash: dead letters',
  deadOrder: 'sorted set: dead letters in the order of their burial',
  taken: 'string: how many were ever taken from the list',
  counters: 'hash: two numbers that name places and receipts',
} as const;

/** The part of a queue that a key holds. */
export type RedisKey = keyof typeof REDIS_KEYS;

/** The name of a part of a queue on the server: `huey:{shop}:queue`. */
export function redisKey(queue: string, part: RedisKey | 'news' | 'stored'): string {
  // A brace in the name would move the end of the hash tag.
  const tag = queue.replace(/[%{}]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `huey:{${tag}}:${part}`;
}

/**
 * A name as a field of a hash: never the bare name, for stand-ins in memory keep a hash in a plain object, where names
 * such as `__proto__` are taken.
 */
export function fieldOf(name: string): string {
  return `=${name}`;
}

/** The name behind a field. */
export function nameOf(field: string): string {
  return field.slice(1);
}
