// Queues on a Redis server, under the names that they have in huey. One storage serves all four; the names choose
// whether results are kept until they are read, or for a day at most.
import { ConfigurationError } from './errors.js';
import { Huey } from './huey.js';
import type { HueyOptions } from './model/huey-options.js';
import { REDIS_OPTION_NAMES, type RedisOptions } from './storage/redis/options.js';
import { RedisStorage } from './storage/redis/redis-storage.js';
import type { Duration } from './time.js';

/** What a RedisHuey takes. */
export interface RedisHueyOptions extends HueyOptions, RedisOptions {
  /** huey's word for `resultExpires`; one of the two. */
  readonly expireTime?: Duration;
}

/** A Huey whose storage is a Redis server. Nothing is connected before the first call that needs it. */
export class RedisHuey extends Huey {
  /** @throws ConfigurationError for a bad option. */
  constructor(options: RedisHueyOptions = {}) {
    const [redis, huey] = apart(options);
    const { name } = options;
    const storageOptions = { ...redis, ...(name !== undefined && { name }) };
    // Checked now, though in immediate mode the storage itself is made later.
    const first: RedisStorage = new RedisStorage(storageOptions);
    let unused: RedisStorage | undefined = first;
    super({
      ...huey,
      storage: () => {
        const storage = unused ?? new RedisStorage(storageOptions);
        unused = undefined;
        return storage;
      },
    });
  }
}

/** The same as RedisHuey: every queue on Redis knows priorities here. */
export class PriorityRedisHuey extends RedisHuey {}

/** A RedisHuey that forgets results which nobody has read: a day after they were stored, unless told otherwise. */
export class RedisExpireHuey extends RedisHuey {
  /** @throws ConfigurationError for a bad option. */
  constructor(options: RedisHueyOptions = {}) {
    super(expiring(options));
  }
}

/** The same as RedisExpireHuey: every queue on Redis knows priorities here. */
export class PriorityRedisExpireHuey extends RedisExpireHuey {}

const EXPIRE_TIME = '1 day';

function expiring(options: RedisHueyOptions): RedisHueyOptions {
  const { expireTime, resultExpires } = options ?? {};
  if (expireTime !== undefined || resultExpires !== undefined) return options;
  return { ...options, expireTime: EXPIRE_TIME };
}

/** The options of Redis, and those of every Huey. */
function apart(options: RedisHueyOptions): [RedisOptions, HueyOptions] {
  const { expireTime, ...others } = options ?? {};
  if (expireTime !== undefined && others.resultExpires !== undefined)
    throw new ConfigurationError(
      'expected `expireTime` or `resultExpires`, got both; they mean the same, leave one out',
    );
  const names: readonly string[] = REDIS_OPTION_NAMES;
  const rows = Object.entries(others);
  return [
    Object.fromEntries(rows.filter(([name]) => names.includes(name))),
    {
      ...Object.fromEntries(rows.filter(([name]) => !names.includes(name))),
      ...(expireTime !== undefined && { resultExpires: expireTime }),
    },
  ];
}
