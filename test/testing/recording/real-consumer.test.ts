// Real consumers, recorded and replayed: on a Redis server, with answers that come when they come, and in immediate mode.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chord, type Huey, MemoryHuey } from 'huey-ts';
import { RedisHuey } from 'huey-ts/redis';
import { record, replayRecording, withImmediate } from 'huey-ts/testing';
import { describeWithRedis, type RedisProcess, startRedis } from '../../redis-server.js';

/** Tasks that enqueue others, fail and are retried at once, and form pipelines and chords; nothing waits. */
function declare(huey: Huey) {
  const double = huey.task('double', (n: number) => n * 2);
  const label = huey.task('label', (n: number) => `${n} ct`);
  const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
  const flaky = huey.task('flaky', { context: true, retries: 2 }, (ctx, n: number) => {
    if (ctx.attempt < n % 3) throw new Error(`offline ${n}`);
    return n;
  });
  const parent = huey.task('parent', async (n: number) => {
    await double(n);
    await Promise.all([flaky(n), flaky(n + 1)]);
    return n;
  });
  huey.signal('error', async (_, { attempt }) => void (await label(attempt)));
  return { huey, double, label, sum, flaky, parent };
}

/** Enqueues some of everything; returns when the last is done that was enqueued here. */
async function busyHour({
  huey,
  double,
  label,
  sum,
  flaky,
  parent,
}: ReturnType<typeof declare>): Promise<void> {
  const handles = [];
  for (let n = 0; n < 12; n += 1) {
    handles.push(await parent(n), await flaky(n));
    await huey.enqueue(double.s(n).pipe(label));
    handles.push(await huey.enqueue(chord([double.s(n), double.s(1)], sum)));
  }
  for (const handle of handles) await handle.get({ blocking: true, timeout: '30s', preserve: true });
}

function memory() {
  let text = '';
  return { to: { write: (more: string) => void (text += more) }, text: () => text };
}

describeWithRedis('a consumer on a Redis server', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis.stop());

  it('did what its tasks do', async () => {
    const app = declare(new RedisHuey({ port: redis.port, storeIntermediateErrors: false }));
    const { to, text } = memory();
    const consumer = app.huey.createConsumer({ workers: 4 });
    const recording = record(app.huey, { to, consumer });
    await consumer.start();
    await busyHour(app);
    await consumer.stop();
    await recording.close();
    await app.huey.close();
    for (const seed of [undefined, 1, 2]) {
      const options = seed === undefined ? {} : { seed };
      const { divergence, tasks, notes } = await replayRecording(
        text(),
        declare(new MemoryHuey({ storeIntermediateErrors: false })).huey,
        options,
      );
      expect([divergence?.text, notes]).toEqual([undefined, []]);
      expect(tasks).toBeGreaterThan(100);
    }
  }, 60_000);
});

it('immediate mode did what its tasks do', async () => {
  const app = declare(new MemoryHuey());
  const { to, text } = memory();
  await withImmediate(app.huey, async () => {
    await using _recording = record(app.huey, { to });
    await busyHour(app);
  });
  const { divergence, tasks } = await replayRecording(text(), declare(new MemoryHuey()).huey);
  expect(divergence?.text).toBeUndefined();
  expect(tasks).toBeGreaterThan(100);
});
