import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { chord, cron, crontab, MemoryHuey, RetryTask, type StorageError } from 'huey-ts';
import {
  assertEnqueued,
  crashAttempts,
  drain,
  type DrainOptions,
  enqueued,
  failAttempts,
  failStorage,
  hangAttempts,
  inMode,
  perform,
  withCapture,
} from 'huey-ts/testing';
import { manualRuntime, START } from '../manual-runtime.js';

const MINUTE = 60_000;

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ name: 'shop', runtime });
  const log: string[] = [];
  const note = huey.task('note', { context: true }, (ctx, what: string) => {
    log.push(`${what} +${ctx.now.getTime() - START}`);
    return what;
  });
  return { huey, runtime, log, note };
}

const failure = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.fail('expected a rejection'),
    (error: unknown) => error as Error,
  );

describe('drain', () => {
  it('runs the queue empty, in its order, with what the tasks enqueue', async () => {
    const { huey, log, note } = setup();
    const parent = huey.task('parent', async () => void (await note('child')));
    await parent();
    await note('low');
    await note.with({ priority: 1 })('high');
    const { executions, outcomes, left, elapsedMs } = await drain(huey);
    expect(log).toEqual(['high +0', 'low +0', 'child +0']);
    expect(executions.map(({ name, outcome, at }) => [name, outcome, at])).toEqual([
      ['note', 'returned', START],
      ['parent', 'returned', START],
      ['note', 'returned', START],
      ['note', 'returned', START],
    ]);
    expect([outcomes, left, elapsedMs]).toEqual([{ returned: 4 }, 0, 0]);
  });

  it('leaves the schedule alone, unless told to move time on', async () => {
    const { huey, log, note } = setup();
    await note.schedule(['soon'], { delay: '10m' });
    await note.schedule(['later'], { delay: '2h' });
    expect(await drain(huey)).toMatchObject({ executions: [], left: 2, elapsedMs: 0 });
    await drain(huey, { until: '1h' });
    expect(log).toEqual([`soon +${10 * MINUTE}`]);
    expect(await drain(huey, { scheduled: true })).toMatchObject({ left: 0, elapsedMs: 120 * MINUTE });
  });

  it('keeps the time that it moved in a mode, and gives it back elsewhere', async () => {
    const { huey, log, note } = setup();
    await withCapture(huey, async () => {
      await drain(huey, { until: '1h' });
      await note.schedule(['later'], { delay: '1h' });
      await assertEnqueued(huey, note, { in: '1h', tolerance: 0 });
      await drain(huey, { scheduled: true });
    });
    await drain(huey, { until: '1h' });
    await note('now');
    await drain(huey);
    expect(log).toEqual([`later +${120 * MINUTE}`, 'now +0']);
  });

  it('runs retries with their delays, asked retries, pipelines and chords', async () => {
    const { huey, log, note } = setup();
    const flaky = huey.task(
      'flaky',
      { context: true, retries: 2, retryDelay: '1m', retryBackoff: 3 },
      async (ctx) => {
        await note.callLocal(`attempt ${ctx.attempt}`);
        throw new Error('offline');
      },
    );
    const patient = huey.task('patient', { context: true }, (ctx): number => {
      if (ctx.attempt === 0) throw new RetryTask('not yet', { delay: '30m' });
      return 2;
    });
    const sum = huey.task('sum', (numbers: number[]) => numbers.reduce((a, b) => a + b));
    const result = await flaky();
    const total = await huey.enqueue(chord([patient.s(), patient.s()], sum));
    const { outcomes, elapsedMs } = await drain(huey, { scheduled: true });
    expect(outcomes).toEqual({ raised: 3, 'retry-asked': 2, returned: 3 });
    expect(log).toHaveLength(3);
    expect(elapsedMs).toBe(30 * MINUTE);
    await expect(result.get()).rejects.toThrow('offline');
    expect(await total.callback.get()).toBe(4);
  });

  it('runs periodic tasks at their minutes, over a change of the clocks', async () => {
    const huey = new MemoryHuey({ runtime: manualRuntime(Date.parse('2026-03-08T00:00-05:00')) });
    const ran: string[] = [];
    const body = (name: string) => () => void ran.push(name);
    huey.periodicTask(
      'backup',
      crontab({ hour: '2', minute: '30' }, { timeZone: 'America/New_York' }),
      body('backup'),
    );
    huey.periodicTask('hourly', cron('0 * * * *'), body('hourly'));
    const { executions } = await drain(huey, { until: '3h' });
    expect(executions.map(({ name, at }) => `${new Date(at).toISOString().slice(11, 16)} ${name}`)).toEqual([
      '06:00 hourly',
      '07:00 backup',
      '07:00 hourly',
      '08:00 hourly',
    ]);
    expect(ran).toHaveLength(4);
  });

  it.each<[DrainOptions, string[], number]>([
    [{ only: 'note' }, ['a', 'b'], 1],
    [{ only: ['note', 'other'] }, ['a', 'other', 'b'], 0],
    [{ except: 'note' }, ['other'], 2],
    [{ except: ['note', 'other'] }, [], 3],
    [{ recursive: false }, ['a', 'other'], 1],
  ])('with %o runs %j and leaves %i', async (options, ran, left) => {
    const { huey, log, note } = setup();
    const other = huey.task('other', async () => void log.push('other'));
    const b = huey.task('b', () => {});
    void b;
    await note('a');
    await other();
    if (options.recursive === false)
      huey.postExecute(async (task) => {
        if (task.name === 'other') await note('b');
      });
    else await note('b');
    const drained = await drain(huey, options);
    expect(log.map((line) => line.replace(' +0', ''))).toEqual(ran);
    expect(drained.left).toBe(left);
  });

  it('puts what it passed over back into its place', async () => {
    const { huey, log, note } = setup();
    const other = huey.task('other', () => {});
    await note('a');
    await other();
    await note('b');
    await drain(huey, { only: other });
    expect((await enqueued(huey)).map(({ args }) => args[0])).toEqual(['a', 'b']);
    await drain(huey);
    expect(log).toEqual(['a +0', 'b +0']);
  });

  it('drains several Hueys, or the one that is named', async () => {
    const [one, two] = [setup(), setup()];
    const huey = new MemoryHuey({ name: 'other', runtime: one.runtime });
    const relay = huey.task('relay', async () => void (await one.note('relayed')));
    await relay();
    await two.note('two');
    expect(await drain([one.huey, huey], { queue: 'other' })).toMatchObject({
      outcomes: { returned: 1 },
      left: 0,
    });
    await drain([one.huey, two.huey]);
    expect([one.log, two.log]).toEqual([['relayed +0'], ['two +0']]);
    expect((await failure(drain(one.huey, { queue: 'none' }))).message).toContain('one of these Hueys');
  });

  it('names the chain that has no end', async () => {
    const { huey } = setup();
    const ping = huey.task('ping', async (): Promise<void> => void (await pong()));
    const pong = huey.task('pong', async (): Promise<void> => void (await ping()));
    await ping();
    const error = await failure(drain(huey, { limit: 7 }));
    expect(error).toMatchObject({
      name: 'DrainLimitError',
      message:
        'expected the queue to be empty after 7 executions, got another pong at 2026-01-01T00:00:00.000Z: ' +
        'pong enqueues ping enqueues pong, and so on; raise `limit` if so many are meant, give a deadline with ' +
        '`until`, or leave what they enqueue with `recursive: false`',
    });
    expect(await enqueued(huey)).toHaveLength(1);
  });

  it('names the task that is retried for ever', async () => {
    const { huey } = setup();
    const sync = huey.task('sync', { retries: Infinity, retryDelay: '1m' }, () => {
      throw new Error('offline');
    });
    await sync.with({ id: 's1' })();
    const { message } = await failure(drain(huey, { limit: 5, scheduled: true }));
    expect(message).toContain(
      'got another sync at 2026-01-01T00:05:00.000Z: sync (s1) has run 5 times and is tried again;',
    );
  });

  it('lets assertion errors of bodies surface, and other errors when asked', async () => {
    const { huey } = setup();
    const check = huey.task('check', { retries: 5 }, (n: number) => expect(n).toBe(2));
    const fail = huey.task('fail', () => {
      throw new RangeError('no');
    });
    await check(1);
    expect((await failure(drain(huey))).message).toContain('expected 1 to be 2');
    await huey.flush();
    await fail();
    expect((await drain(huey)).outcomes).toEqual({ raised: 1 });
    await fail();
    await expect(drain(huey, { onError: 'throw' })).rejects.toThrow(RangeError);
    const seen: unknown[] = [];
    await check(3);
    await drain(huey, { onError: (error, { name }) => seen.push(name, (error as Error).name) });
    expect(seen.slice(0, 2)).toEqual(['check', 'AssertionError']);
    expect(seen).toHaveLength(12);
  });

  it('takes sleeps for time that has passed', async () => {
    const { huey, log, note } = setup();
    const nap = huey.task('nap', { context: true, timeout: '10m' }, async (ctx, duration: string) => {
      await Promise.all([ctx.sleep(duration), ctx.sleep('1m')]);
      await note.callLocal('slept');
    });
    await nap('5m');
    await nap('15m');
    const { outcomes, elapsedMs } = await drain(huey);
    expect(outcomes).toEqual({ returned: 1, 'timed-out': 1 });
    expect(elapsedMs).toBe(15 * MINUTE);
    expect(log).toHaveLength(1);
  });

  it.each([
    [{ until: -1 }, 'expected `until` to be a duration that is not negative'],
    [{ periodic: true }, 'expected `until` to be given with `periodic`'],
    [{ scheduld: true }, 'did you mean `scheduled`?'],
    [{ only: 5 }, 'expected `only` to be a declared task or its name'],
    [{ limit: 0 }, 'expected `limit` to be an integer of at least 1'],
  ])('refuses %o', async (options, message) => {
    expect((await failure(drain(setup().huey, options as DrainOptions))).message).toContain(message);
  });
});

describe('faults', () => {
  it('fail the attempts that are named', async () => {
    const { huey, runtime } = setup();
    const work = huey.task('work', { retries: 3 }, () => 'done');
    const fault = failAttempts(work, [1, 3], new TypeError('boom'));
    const result = await work();
    const { executions } = await drain(huey);
    expect(executions.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['raised', new TypeError('boom')],
      ['returned', undefined],
    ]);
    expect(fault.strikes).toBe(1);
    expect(await perform(work, [], { attempt: 2 })).toMatchObject({ outcome: 'raised' });
    fault.remove();
    expect(await perform(work, [], { attempt: 2 })).toMatchObject({ outcome: 'returned', value: 'done' });
    expect(await result.get()).toBe('done');
    void runtime;
  });

  it('run into the timeout without waiting for it', async () => {
    const { huey } = setup();
    const work = huey.task('work', { timeout: '30s', retries: 1 }, () => 'done');
    hangAttempts(work, { attempts: [1] });
    await work();
    expect(await drain(huey)).toMatchObject({ outcomes: { 'timed-out': 1, returned: 1 } });
    const free = huey.task('free', () => 1);
    hangAttempts(free);
    expect((await perform(free, [])).error).toMatchObject({
      message: expect.stringContaining('expected `task` to be one with a timeout') as string,
    });
  });

  it('kill the worker: the task is delivered again, its lock is free, and at last it is a dead letter', async () => {
    const { huey } = setup();
    let charged = 0;
    const charge = huey.task('charge', { lock: 'till' }, () => void (charged += 1));
    {
      using fault = crashAttempts(charge);
      await charge.with({ id: 'c1' })();
      const { executions } = await drain(huey);
      expect(executions.map(({ outcome }) => outcome)).toEqual(['crashed', 'crashed', 'crashed']);
      expect([charged, fault.strikes]).toEqual([3, 3]);
      expect((await huey.storage.dead()).map(({ item }) => item.id)).toEqual(['c1']);
    }
    await charge();
    expect((await drain(huey)).outcomes).toEqual({ returned: 1 });
  });

  it('have the storage refuse a write, or lose its answer', async () => {
    const { huey, log, note } = setup();
    const fault = failStorage(huey);
    await expect(note('lost')).rejects.toMatchObject({
      name: 'StorageError',
    } satisfies Partial<StorageError>);
    await note('kept');
    expect(fault.strikes).toBe(1);
    fault.remove();
    using unheard = failStorage(huey, { lostAnswer: true, after: 1 });
    await note('heard');
    await expect(note('unheard')).rejects.toThrow('its answer was lost');
    await drain(huey);
    expect(log).toEqual(['kept +0', 'heard +0', 'unheard +0']);
    expect(unheard.strikes).toBe(1);
  });

  it('set in a mode concern that mode only', async () => {
    const { huey, note } = setup();
    const run = (isFaulty: boolean) =>
      inMode(huey, 'capture', async () => {
        if (isFaulty) failAttempts(note, [1]);
        await note('a');
        return (await drain(huey)).outcomes;
      })();
    expect(await Promise.all([run(true), run(false)])).toEqual([{ raised: 1 }, { returned: 1 }]);
  });
});
