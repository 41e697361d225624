// The options of the Redis storage: what is refused, what is read out of a URL, and that secrets are never shown.
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from 'huey-ts';
import { PriorityRedisExpireHuey, PriorityRedisHuey, RedisExpireHuey, RedisHuey } from 'huey-ts/redis';
import { resolveRedisOptions, type RedisStorageOptions } from '../../src/storage/redis/options.js';

const connection = { duplicate: () => connection };

describe('the options of the Redis storage', () => {
  it.each<[RedisStorageOptions, RegExp]>([
    [{ url: 'redis://localhost', host: 'localhost' }, /`url` or `host`, got both/],
    [{ url: 'redis://localhost', db: 0 }, /`url` or `db`, got both/],
    [{ url: 'rediss://localhost', tls: true }, /`url` or `tls`, got both/],
    [{ connection, url: 'redis://localhost' }, /`connection` or `url`, got both/],
    [{ connection, port: 1 }, /`connection` or `port`, got both/],
    [{ connection, clientName: 'me' }, /`connection` or `clientName`, got both/],
    [{ connection: {} as never }, /`connection` to be an instance of Redis or Cluster/],
    [{ username: 'me' }, /`password` with `username`/],
    [{ port: 70_000 }, /`port` to be a port number/],
    [{ port: 0 }, /`port` to be an integer of at least 1/],
    [{ db: -1 }, /`db` to be an integer of at least 0/],
    [{ name: '' }, /`name` to be a string that is not empty/],
    [{ name: 'a\0b' }, /`name` to be text without NUL/],
    [{ tls: 'yes' as never }, /`tls` to be true, or the options/],
    [{ readTimeout: 0 }, /`readTimeout` to be a duration of at least/],
    [{ reconnects: 0.5 }, /`reconnects` to be an integer/],
    [{ blocking: 1 as never }, /`blocking` to be true or false/],
    [{ pasword: 'x' } as never, /unknown option `pasword`, did you mean `password`\?/],
    [{ url: 'http://localhost' }, /`url` to be a redis:\/\/ or rediss:\/\/ URL/],
    [{ url: 'localhost:6379' }, /`url` to be a redis:\/\/ or rediss:\/\/ URL/],
    [{ url: 'redis://localhost/one' }, /end in the number of a database;/],
    [{ url: 'redis://localhost/0?db=1' }, /without a query/],
  ])('refuse %o', (options, message) => {
    expect(() => resolveRedisOptions(options)).toThrow(message);
    expect(() => resolveRedisOptions(options)).toThrow(ConfigurationError);
  });

  it.each<[string, object]>([
    ['redis://localhost', { host: 'localhost' }],
    ['redis://10.0.0.1:7000/3', { host: '10.0.0.1', port: 7000, db: 3 }],
    ['redis://:p%40ss@h/', { host: 'h', password: 'p@ss' }],
    ['rediss://me:secret@h', { host: 'h', username: 'me', password: 'secret', tls: {} }],
    ['redis://[::1]:1', { host: '::1', port: 1 }],
  ])('read %s', (url, address) => {
    expect(resolveRedisOptions({ url }).address).toEqual(address);
  });

  it('have defaults', () => {
    expect(resolveRedisOptions({})).toEqual({
      name: 'huey',
      connection: undefined,
      address: {},
      server: 'localhost:6379, database 0',
      blocking: true,
      notifyResult: true,
      readTimeoutMs: 30_000,
      reconnects: 8,
    });
  });

  it('never show a password', () => {
    const secret = 'hunter2';
    expect(resolveRedisOptions({ url: `redis://me:${secret}@h` }).server).not.toContain(secret);
    const bad = [
      { url: `redis:/${secret}` },
      { url: `redis://me:${secret}@h/x/y` },
      { password: [secret] as never },
    ];
    for (const options of bad) {
      expect(() => resolveRedisOptions(options)).toThrow(ConfigurationError);
      expect(() => resolveRedisOptions(options)).not.toThrow(secret);
    }
  });
});

describe('the Hueys on Redis', () => {
  it.each([RedisHuey, PriorityRedisHuey, RedisExpireHuey, PriorityRedisExpireHuey])(
    '%o connect to nothing',
    (Class) => {
      const huey = new Class({ name: 'shop', host: 'nowhere.invalid', readTimeout: '1s' });
      expect([huey.name, huey.storage.capabilities.shared]).toEqual(['shop', true]);
    },
  );

  it('refuse what they do not know, and what is said twice, at once', () => {
    expect(() => new RedisHuey({ hosst: 'a' } as never)).toThrow(/unknown option `hosst`/);
    expect(() => new RedisHuey({ prot: 1, immediate: true } as never)).toThrow(/unknown option `prot`/);
    expect(() => new RedisExpireHuey({ expireTime: '1h', resultExpires: '2h' })).toThrow(/got both/);
    expect(() => new RedisHuey({ url: 'redis://a', port: 1, immediate: true })).toThrow(/got both/);
    expect(() => new RedisExpireHuey({ expireTime: 'soon' })).toThrow(ConfigurationError);
  });

  it('do not notify where they are told not to', () => {
    expect(new RedisHuey({ blocking: false }).storage.capabilities.notifies).toBe(false);
    expect(new RedisHuey({ notifyResult: false }).storage.capabilities.notifies).toBe(false);
    expect(new RedisHuey().storage.capabilities.notifies).toBe(true);
  });
});
