import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chord, Huey, MemoryHuey, MemoryStorage, type Turn, type TurnResult } from 'huey-ts';
import { readRecording, record, type RecordOptions, replayRecording, withCapture } from 'huey-ts/testing';
import { manualRuntime, START } from '../../manual-runtime.js';
import { type Outside, recordedApp } from './recorded-app.js';

type App = ReturnType<typeof recordedApp>;

/** Runs the application under a real consumer on a clock held by hand, and records it. */
async function recordingOf(
  play: (app: App, advance: (ms: number) => Promise<void>) => Promise<unknown>,
  options: Partial<RecordOptions> = {},
  outside: Outside = {},
): Promise<string> {
  const runtime = manualRuntime(undefined, 'real-');
  const app = recordedApp(outside, runtime);
  const consumer = app.huey.createConsumer({ workers: 2 });
  let text = '';
  const recording = record(app.huey, {
    to: { write: (more: string) => void (text += more) },
    consumer,
    ...options,
  });
  await consumer.start();
  await play(app, (ms) => runtime.clock.advance(ms));
  const closing = recording.close();
  await closing;
  const stopped = consumer.stop();
  await runtime.clock.advance(10_000);
  await stopped;
  return text;
}

async function wholeDay(
  { sync, price, label, sum, order, stuck, book, huey }: App,
  advance: (ms: number) => Promise<void>,
) {
  await sync();
  await advance(5_000);
  await huey.enqueue(price.s(5).pipe(label));
  await huey.enqueue(chord([price.s(1), price.s(2), price.s(3)], sum));
  await order(2);
  await advance(7_000);
  await stuck();
  await book(1);
  await book(2);
  await sync.schedule([], { delay: '2m' });
  const late = await price.schedule([9], { delay: '3m' });
  await late.revoke();
  await advance(10 * 60_000);
}

describe('a recording that is replayed', () => {
  it('goes the same way with the same code', async () => {
    const text = await recordingOf(wholeDay);
    const { huey } = recordedApp();
    const replayed = await replayRecording(text, huey);
    expect(replayed.divergence?.text).toBeUndefined();
    expect(replayed.notes).toEqual([]);
    expect(replayed.tasks).toBeGreaterThan(20);
    const { header, events } = readRecording(text);
    expect(header).toMatchObject({ huey: 'shop', consumer: { workers: 2 }, redacted: null });
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['enqueued', 'signal', 'result', 'tick', 'revoked', 'end']),
    );
  });

  it.each<[string, Outside, string]>([
    [
      'result',
      { rate: 3 },
      `The replay parts from the recording at +5s, in price real-task-3: its first 2 steps are the same.
      +5s  attempt 1  enqueued
      +5s  attempt 1  executing
  recorded
  < +5s  attempt 1  result     10
  < +5s  attempt 1  complete
  replayed
  > +5s  attempt 1  result     15
  > +5s  attempt 1  complete`,
    ],
    [
      'outcome',
      { online: () => true },
      `The replay parts from the recording at +0s, in sync real-task-1: its first 2 steps are the same.
      +0s  attempt 1  enqueued
      +0s  attempt 1  executing
  recorded
  < +0s  attempt 1  error      Error: offline
  < +0s  attempt 1  retrying
  < +0s  attempt 2  scheduled
  < +1m  attempt 2  enqueued
  < +1m  attempt 2  executing
  replayed
  > +0s  attempt 1  result     {"at":{"$":"Date","v":"2026-01-02T00:00:00.000Z"},"ok":true}
  > +0s  attempt 1  complete`,
    ],
    [
      'child that is missing',
      { follow: false },
      `The replay parts from the recording at +10s, in audit, enqueued by order as real-task-9/1/audit#3: the replay does not have it.
  recorded
  < +10s  attempt 1  arguments  ["order done"]
  < +10s  attempt 1  enqueued
  < +10s  attempt 1  executing
  < +10s  attempt 1  result     10
  < +10s  attempt 1  complete
  replayed
  > nothing more`,
    ],
  ])('shows the first %s, with its neighbours', async (_, outside, report) => {
    const text = await recordingOf(wholeDay);
    const { divergence } = await replayRecording(text, recordedApp(outside).huey);
    expect(divergence?.text).toBe(report);
  });

  it('shows a child that only the replay has, and another argument', async () => {
    const text = await recordingOf(
      ({ order }, advance) => order(1).then(() => advance(60_000)),
      {},
      { follow: false },
    );
    const more = await replayRecording(text, recordedApp().huey);
    expect(more.divergence?.text).toContain(
      'enqueued by order as real-task-1/1/audit#2: the recording does not have it.',
    );
    const other = recordedApp({ follow: false });
    const changed = text.replace('"item 0"', '"thing 0"');
    const { divergence } = await replayRecording(changed, other.huey);
    expect([divergence?.recorded[0]?.value, divergence?.replayed[0]?.value]).toEqual([
      ['thing 0'],
      ['item 0'],
    ]);
  });

  it('takes what was not over for no difference, and what only the machine decides', async () => {
    const text = await recordingOf(async ({ order, book, sync }, advance) => {
      await book(1);
      await advance(1_000);
      await order(1);
      await sync.schedule([], { delay: '1 day' });
      await advance(2_000);
    });
    const { header, events } = readRecording(text);
    // The caller learned of it late; a worker died, another was stopped.
    const [executing] = events.filter((event) => event.kind === 'signal' && event.signal === 'executing');
    const again = [executing, { ...executing, signal: 'interrupted' }, executing];
    const late = events.filter((event) => event !== executing && event.kind !== 'end');
    const moved = [header, executing, ...late, ...again]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');
    for (const one of [text, moved, `${moved}{"kind":"sig`]) {
      const { divergence, tasks } = await replayRecording(one, recordedApp().huey);
      expect([divergence?.text, tasks]).toEqual([undefined, 4]);
    }
  });

  it('knows its own tasks by what it enqueues, though answers overtake each other', async () => {
    /** Answers who enqueues later than who takes, and who enqueues a grandchild sooner than who enqueued its parent. */
    class Overtaken extends MemoryStorage {
      override turn(turn: Turn): TurnResult {
        const result = super.turn(turn);
        if (turn.take > 0 || turn.settled.some(({ receipt }) => receipt !== undefined)) return result;
        const isYoung = JSON.stringify(turn.settled).includes('grandchild');
        const later = Array.from({ length: isYoung ? 1 : 8 }).reduce<Promise<unknown>>(
          (before) => before.then(() => new Promise((resolve) => setImmediate(resolve))),
          Promise.resolve(),
        );
        return later.then(() => result) as never;
      }
    }
    const runtime = manualRuntime(undefined, 'real-');
    const declare = (huey: Huey) => {
      const grandchild = huey.task('grandchild', (n: number) => n);
      const child = huey.task(
        'child',
        { retries: 1, retryDelay: '10s', context: true },
        async (ctx, n: number) => {
          await grandchild(n + ctx.attempt);
          if (ctx.attempt === 0) throw new Error('offline');
        },
      );
      const parent = huey.task('parent', async () => {
        await Promise.all([child(1), child(2)]);
      });
      return { huey, parent };
    };
    const { huey, parent } = declare(new Huey({ storage: new Overtaken(), runtime }));
    let text = '';
    const consumer = huey.createConsumer({ workers: 4 });
    const recording = record(huey, { to: { write: (more: string) => void (text += more) }, consumer });
    await consumer.start();
    const enqueuing = parent();
    for (let second = 0; second < 30; second += 1) await runtime.clock.advance(1_000);
    await enqueuing;
    await recording.close();
    const stopped = consumer.stop();
    await runtime.clock.advance(10_000);
    await stopped;
    const { events } = readRecording(text);
    expect(events.filter(({ kind }) => kind === 'arrived')).toEqual([]);
    const [first] = events;
    expect(first).toMatchObject({ kind: 'signal', signal: 'executing' });
    const { divergence } = await replayRecording(text, declare(new MemoryHuey()).huey);
    expect(divergence?.text).toBeUndefined();
  });

  it('replays what another process has enqueued, and revoked', async () => {
    const runtime = manualRuntime(undefined, 'real-');
    const { huey, price, sync } = recordedApp({}, runtime);
    const { storage } = huey;
    await sync.with({ id: 'due', delay: '5m' })();
    await price.with({ id: 'later', delay: '1h' })(4);
    const consumer = huey.createConsumer();
    await consumer.start();
    await runtime.clock.advance(1_000);
    let text = '';
    const recording = record(huey, { to: { write: (more: string) => void (text += more) }, consumer });
    const producer = new Huey({ storage, runtime });
    await producer.task('price', (cents: number) => cents).with({ id: 'remote' })(4);
    await runtime.clock.advance(6 * 60_000);
    await recording.close();
    expect(huey.storage).toBe(storage);
    // Only a worker learns that it was revoked.
    const at = runtime.clock.now();
    const about = { id: 'gone', name: 'price', attempt: 0 };
    const work = [{ chain: [{ v: 1, id: 'gone', task: 'price', args: [1] }] }];
    text += [
      { kind: 'arrived', at, from: 'queue', work },
      { kind: 'signal', at, signal: 'revoked', ...about },
    ]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');
    const { divergence, notes, tasks } = await replayRecording(text, recordedApp().huey);
    expect([divergence?.text, notes]).toEqual([
      undefined,
      ['the recording has no end: its process ended, or could not write'],
    ]);
    expect(tasks).toBeGreaterThan(4);
    const arrived = readRecording(text).events.filter(({ kind }) => kind === 'arrived');
    expect(arrived).toMatchObject([
      { from: 'queue', at: START + 1_000 },
      { from: 'schedule', at: START + 5 * 60_000 },
      { from: 'queue' },
    ]);
    const stopped = consumer.stop();
    await runtime.clock.advance(10_000);
    await stopped;
  });

  it('runs beside others, one of the same Huey included', async () => {
    const text = await recordingOf(wholeDay);
    const { huey, price } = recordedApp();
    const [one, two, captured] = await Promise.all([
      replayRecording(text, huey),
      replayRecording(text, huey, { seed: 2, trace: true }),
      withCapture(huey, async () => {
        await price(1);
        await new Promise((resolve) => setImmediate(resolve));
        return huey.pendingCount();
      }),
    ]);
    expect([one.divergence?.text, two.divergence?.text, captured]).toEqual([undefined, undefined, 1]);
    expect(two.trace).toContain('huey-ts trace');
    expect(await huey.pendingCount()).toBe(0);
  });

  it('shows what more workers would have made of it', async () => {
    const text = await recordingOf(wholeDay);
    const { divergence } = await replayRecording(text, recordedApp().huey, { workers: 3 });
    expect([divergence?.name, divergence?.replayed[0]?.op]).toEqual(['book', 'locked']);
  });

  it('goes the same way whatever was done', async () => {
    const step = fc.record({
      call: fc.constantFrom('sync', 'pipe', 'chord', 'order', 'stuck', 'book', 'later', 'revoke'),
      waitMs: fc.constantFrom(0, 0, 1, 500, 4_000, 61_000),
    });
    const calls: Record<string, (app: App) => Promise<unknown>> = {
      sync: ({ sync }) => sync(),
      pipe: ({ huey, price, label }) => huey.enqueue(price.s(5).pipe(label)),
      chord: ({ huey, price, sum }) => huey.enqueue(chord([price.s(1), price.s(2)], sum)),
      order: ({ order }) => order(2),
      stuck: ({ stuck }) => stuck(),
      book: ({ book }) => book(1),
      later: ({ price }) => price.schedule([1], { delay: '90s' }),
      revoke: async ({ order }) => (await order.schedule([1], { delay: '30s' })).revoke(),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const text = await recordingOf(async (app, advance) => {
          for (const { call, waitMs } of steps) {
            await calls[call]!(app);
            await advance(waitMs);
          }
        });
        const { divergence } = await replayRecording(text, recordedApp().huey);
        if (divergence !== undefined) throw new Error(divergence.text);
      }),
      { numRuns: 40 },
    );
  });

  it('has bodies take as long as they took, whatever they waited for', async () => {
    const runtime = manualRuntime(undefined, 'real-');
    const declare = (huey: Huey, database: () => Promise<void>) => ({
      huey,
      book: huey.task('book', { lock: 'ledger', retries: 1, retryDelay: '1m' }, database),
      slow: huey.task('slow', { timeout: '10s' }, () => database().then(database)),
    });
    const { huey, book, slow } = declare(new MemoryHuey({ runtime }), () => runtime.clock.sleep(6_000));
    let text = '';
    const consumer = huey.createConsumer({ workers: 3 });
    const recording = record(huey, { to: { write: (more: string) => void (text += more) }, consumer });
    await consumer.start();
    await book();
    await slow();
    await runtime.clock.advance(2_000);
    await book.with({ id: 'refused' })();
    await runtime.clock.advance(120_000);
    await recording.close();
    const stopped = consumer.stop();
    await runtime.clock.advance(10_000);
    await stopped;
    expect(text).toContain('"signal":"locked","id":"refused"');
    expect(text).toContain('"signal":"timeout"');
    const faked = declare(new MemoryHuey(), () => Promise.resolve());
    for (const seed of [undefined, 1, 2, 3, 4, 5]) {
      const { divergence } = await replayRecording(text, faked.huey, seed === undefined ? {} : { seed });
      expect(divergence?.text).toBeUndefined();
    }
  });

  it('refuses what it cannot replay', async () => {
    const text = await recordingOf(({ price }) => price(1));
    await expect(replayRecording('', new MemoryHuey())).rejects.toThrow('got an empty text');
    await expect(replayRecording('{"format":"huey-ts trace"}\n', new MemoryHuey())).rejects.toThrow(
      'line 1 of the recording: expected `format` to be "huey-ts recording", got "huey-ts trace"; traces of simulations are replayed by huey-ts/sim',
    );
    await expect(
      replayRecording(text.replace('"version":1', '"version":2'), new MemoryHuey()),
    ).rejects.toThrow('expected version 1, got 2');
    await expect(replayRecording(text, new MemoryHuey())).rejects.toThrow('price');
    await expect(replayRecording(`${text}{"kind":"party","at":1}\n`, recordedApp().huey)).rejects.toThrow(
      'expected `kind` to be one of enqueued',
    );
    await expect(replayRecording(`${text}no\n`, recordedApp().huey)).rejects.toThrow(
      'expected an object in JSON, got no',
    );
  });
});
