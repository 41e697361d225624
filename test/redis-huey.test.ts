// Hueys on a real Redis server, by real clocks: a producer and a consumer that share nothing but the server.
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { chord } from 'huey-ts';
import { PriorityRedisHuey, RedisExpireHuey, RedisHuey, type RedisHueyOptions } from 'huey-ts/redis';
import { describeWithRedis, type RedisProcess, startRedis } from './redis-server.js';

describeWithRedis('a Huey on Redis', () => {
  let server: RedisProcess;
  let opened = 0;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** One end of a queue, as a process of its own would have it; the same queue until the next `setup`. */
  function end(Class: typeof RedisHuey = RedisHuey, options: RedisHueyOptions = {}) {
    const huey = new Class({ host: '127.0.0.1', port: server.port, name: `queue ${opened}`, ...options });
    closing.push(() => huey.close());
    const add = huey.task('add', (a: number, b: number) => a + b);
    const sum = huey.task('sum', (values: number[]) => values.reduce((total, value) => total + value, 0));
    const order: number[] = [];
    const note = huey.task('note', (value: number) => void order.push(value));
    const fail = huey.task('fail', { retries: 1 }, () => {
      throw new TypeError('broken');
    });
    return { huey, add, sum, note, fail, order };
  }

  function setup(Class?: typeof RedisHuey, options?: RedisHueyOptions) {
    opened += 1;
    return { producer: end(Class, options), consumer: end(Class, options) };
  }

  async function start({ huey }: { huey: RedisHuey }, workers = 4): Promise<void> {
    const running = huey.createConsumer({ workers });
    await running.start();
    closing.push(() => running.stop());
  }

  const SOON = { blocking: true, timeout: '20s' } as const;

  it('hands tasks from one process to another, and their results back', async () => {
    const { producer, consumer } = setup();
    const early = await producer.add(1, 2);
    await start(consumer);
    const late = await producer.add(3, 4);
    expect([await early.get(SOON), await late.get(SOON)]).toEqual([3, 7]);
    const results = await producer.add.map(Array.from({ length: 200 }, (_, index) => [index, 1] as const));
    expect(await results.get(SOON)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('runs what another language enqueues, as the documentation says', async () => {
    const { consumer } = setup(RedisHuey, { name: 'shop' });
    await start(consumer);
    const redis = new Redis({ host: '127.0.0.1', port: server.port });
    const id = 'f0e1c2d3-0000-4000-8000-000000000001';
    // With the blanks that Python writes.
    const message = `{"v": 1, "id": "${id}", "task": "add", "args": [1, 2]}`;
    const record = [id, '', 'add', '1767225600000', message].join('\0');
    await redis.multi().rpush('huey:{shop}:queue', record).publish('huey:{shop}:news', 'q').exec();
    expect(await consumer.huey.result(id, { ...SOON, preserve: true })).toBe(3);
    expect(await redis.hget('huey:{shop}:data', `=${id}`)).toBe('|3');
    redis.disconnect();
  });

  it('runs pipelines, chords, retries and what is scheduled', async () => {
    const { producer, consumer } = setup();
    await start(consumer);
    const { huey, add, sum, fail } = producer;
    const stages = await huey.enqueue(add.s(1, 2).pipe(add, 10));
    expect(await stages.get(SOON)).toEqual([3, 13]);
    const whole = await huey.enqueue(chord([add.s(1, 1), add.s(2, 2), add.s(3, 3)], sum));
    expect(await whole.callback.get(SOON)).toBe(12);
    const failed = await fail();
    await expect(failed.get(SOON)).rejects.toThrow('broken');
    const scheduled = await add.schedule([5, 5], { delay: '50ms' });
    expect(await scheduled.get(SOON)).toBe(10);
  });

  it('takes the highest priority first', async () => {
    const { producer, consumer } = setup(PriorityRedisHuey);
    for (const priority of [0, 5, -1, 0.5, 0]) await producer.note.with({ priority })(priority);
    const last = await producer.add.with({ priority: -9 })(1, 1);
    await start(consumer, 1);
    await last.get(SOON);
    expect(consumer.order).toEqual([5, 0.5, 0, 0, -1]);
  });

  it('forgets unread results where it is asked to, and keeps them where it is not', async () => {
    const { producer, consumer } = setup(RedisExpireHuey, { expireTime: '1s' });
    await start(consumer);
    const result = await producer.add(1, 2);
    expect(await result.get({ ...SOON, preserve: true })).toBe(3);
    const { storage } = producer.huey;
    const now = Date.now();
    expect(await storage.peek(result.id, now + 1000)).toBeUndefined();
    const day = end(RedisExpireHuey).huey.storage;
    expect(await day.peek(result.id, now)).toBeDefined();
  });

  it('works in immediate mode without a server', async () => {
    const huey = new RedisHuey({ host: 'nowhere.invalid', immediate: true });
    const add = huey.task('add', (a: number, b: number) => a + b);
    expect(await (await add(1, 2)).get()).toBe(3);
  });
});
