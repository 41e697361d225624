// The public names of huey-ts/redis, one by one.
export {
  PriorityRedisExpireHuey,
  PriorityRedisHuey,
  RedisExpireHuey,
  RedisHuey,
  type RedisHueyOptions,
} from './redis-huey.js';
export type { RedisConnectionLike, RedisOptions, RedisStorageOptions } from './storage/redis/options.js';
export { RedisStorage } from './storage/redis/redis-storage.js';
