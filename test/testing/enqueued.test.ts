import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import { BlackHoleHuey, MemoryHuey } from 'huey-ts';
import {
  allEnqueued,
  assertEnqueued,
  type AssertEnqueuedOptions,
  enqueued,
  expectEnqueued,
  refuteEnqueued,
  withImmediate,
} from 'huey-ts/testing';
import { manualRuntime, START } from '../manual-runtime.js';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ name: 'mails', runtime });
  const welcome = huey.task('welcome', { retries: 2 }, (to: string, options?: { lang: string }) =>
    [to, options?.lang].join(),
  );
  const bill = huey.task('bill', (amount: number) => amount);
  return { huey, runtime, welcome, bill };
}

/** Two mails, one of them in a minute, and two bills; two seconds ago. */
async function setupBusy() {
  const world = setup();
  await world.welcome('ada@example.org', { lang: 'en' });
  await world.welcome.schedule(['grace@example.com', { lang: 'fr' }], { delay: '1m' });
  await world.bill.with({ priority: 7 })(3);
  await world.bill(4);
  await world.runtime.clock.advance(2000);
  return world;
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(reason instanceof Error)) throw new Error(`expected an error, got ${String(reason)}`);
  return reason;
}

describe('enqueued', () => {
  it('lists the queue in its order, with everything about each task', async () => {
    const { huey } = await setupBusy();
    const tasks = await enqueued(huey);
    expect(tasks.map(({ name, args }) => [name, ...args])).toEqual([
      ['bill', 3],
      ['welcome', 'ada@example.org', { lang: 'en' }],
      ['welcome', 'grace@example.com', { lang: 'fr' }],
      ['bill', 4],
    ]);
    expect(tasks[2]).toMatchObject({
      queue: 'mails',
      id: 'task-2',
      kwargs: {},
      priority: 0,
      attempt: 0,
      retries: 2,
      enqueuedAt: START,
      dueAt: START + 60_000,
      state: 'queued',
      stages: [],
    });
  });

  it('lists those that match, of several Hueys, of a task by function or name', async () => {
    const { huey, welcome } = await setupBusy();
    const another = setup();
    await another.welcome('linus@example.org');
    expect(await enqueued([huey, another.huey], { task: welcome })).toHaveLength(3);
    expect(await enqueued([huey, another.huey], { task: 'welcome', retries: 2 })).toHaveLength(3);
    expect(await enqueued(huey, { priority: expect.any(Number) })).toHaveLength(4);
    expect(await enqueued(huey, { state: 'scheduled' })).toEqual([]);
  });

  it('shows the stages that follow, and what waits in the schedule', async () => {
    const { huey, runtime, bill } = setup();
    const note = huey.task('note', (what: string, amount: number) => `${what} ${amount}`);
    await huey.enqueue(bill.with({ delay: '1h' }).s(1).pipe(bill).pipe(note, 'total'));
    const consumer = huey.createConsumer();
    await consumer.start();
    await runtime.clock.advance(1000);
    const [task] = await enqueued(huey, { state: 'scheduled', in: '3599s' });
    expect(task?.stages.map(({ name }) => name)).toEqual(['bill', 'note']);
    await assertEnqueued(huey, bill, {
      delay: '1h',
      tolerance: 0,
      stages: [{ task: bill }, { task: 'note', args: ['total'] }],
    });
    await consumer.stop();
  });

  it('passes over what cannot be read', async () => {
    const { huey, bill } = await setupBusy();
    const item = { id: 'x', task: 'y', priority: 0, data: 'not a message', enqueuedAt: 0 };
    await huey.storage.turn({
      settled: [{ effects: [{ kind: 'enqueue', item }] }],
      take: 0,
      lease: '',
      now: 0,
    });
    expect(await enqueued(huey)).toHaveLength(4);
    const { message } = await failureOf(assertEnqueued(huey, bill, { args: [9] }));
    expect(message).toContain('\n  besides, 1 message could not be read');
  });

  it('finds nothing where nothing is kept', async () => {
    expect(await allEnqueued(new BlackHoleHuey())).toEqual([]);
  });
});

type WelcomeOptions = AssertEnqueuedOptions<[to: string, options?: { lang: string }]>;

describe('assertEnqueued', () => {
  it.each<[WelcomeOptions, number]>([
    [{}, 2],
    [{ args: ['ada@example.org', { lang: 'en' }] }, 1],
    [{ args: [expect.stringContaining('@example'), expect.anything()] }, 2],
    [{ args: [jestExpect.stringMatching(/ada/), {}] }, 1],
    [{ args: [/grace/, { lang: (lang) => lang.length === 2 }] }, 1],
    [{ in: '58s' }, 1],
    [{ in: '57s', tolerance: '1s' }, 1],
    [{ delay: '1m', tolerance: 0 }, 1],
    [{ at: '2026-01-01T00:01:00Z', tolerance: 0 }, 1],
    [{ at: new Date(START), tolerance: 0 }, 1],
    [{ id: 'task-2', queue: 'mails', attempt: 0, priority: 0, state: 'waiting' }, 1],
    [{ where: ({ args }) => args.length === 2 }, 2],
    [{ times: 2 }, 2],
    [{ atLeast: 2, atMost: 2 }, 2],
    [{ never: true, args: ['nobody'] }, 0],
    [{ times: 0, priority: 1 }, 0],
  ])('finds by %o', async (options, count) => {
    const { huey, welcome } = await setupBusy();
    expect(await assertEnqueued(huey, welcome, options)).toHaveLength(count);
  });

  it.each<[WelcomeOptions]>([
    [{ args: ['ada@example.org'] }],
    [{ args: ['ada@example.org', { lang: 'fr' }] }],
    [{ in: '57s', tolerance: '999ms' }],
    [{ in: '1m', tolerance: '1s' }],
    [{ at: START + 60_001, tolerance: 0 }],
    [{ priority: 7 }],
    [{ queue: 'bills' }],
    [{ attempt: 1 }],
    [{ kwargs: { a: 1 } }],
    [{ stages: [{ task: 'bill' }] }],
    [{ state: 'running' }],
    [{ where: () => false }],
    [{ times: 1 }],
    [{ times: 3 }],
    [{ atLeast: 3 }],
    [{ atMost: 1 }],
    [{ never: true }],
  ])('fails on %o, whose opposite it refutes', async (options) => {
    const { huey, welcome } = await setupBusy();
    const error = await failureOf(assertEnqueued(huey, welcome, options));
    expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION' });
    const { times, atLeast, atMost, never, ...match } = options;
    if ([times, atLeast, atMost, never].every((one) => one === undefined))
      await refuteEnqueued(huey, welcome, match);
  });

  it.each<[object, string]>([
    [{ arg: [1] }, 'assertEnqueued: unknown option `arg`, did you mean `args`?'],
    [{ times: 1, never: true }, 'assertEnqueued with `times`'],
    [{ in: '1s', at: START }, 'asked for one of `in`, `delay` and `at`'],
    [{ args: 'a' }, 'write args: [first, second]'],
    [{ times: -1 }, 'expected `times` to be an integer of at least 0, got -1 (number)'],
    [{ state: 'asleep' }, 'expected `state` to be one of queued'],
    [{ tolerance: 'soon' }, 'expected `tolerance` to be a duration'],
  ])('refuses %o', async (options, message) => {
    const { huey, welcome } = setup();
    const error = await failureOf(assertEnqueued(huey, welcome, options));
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(message) });
  });

  it('waits until what is asked is enqueued, or the time is up', async () => {
    const { huey, runtime, bill } = setup();
    const seen = assertEnqueued(huey, bill, { args: [5], timeout: '10s' });
    await runtime.clock.advance(3000);
    await bill(5);
    await runtime.clock.advance(60);
    expect(await seen).toHaveLength(1);
    const missed = failureOf(assertEnqueued(huey, bill, { args: [6], timeout: '10s' }));
    await runtime.clock.advance(10_000);
    expect((await missed).message).toContain('expected  6');
    expect(runtime.clock.timers).toBe(0);
  });

  it('watches as long as it is told that nothing comes', async () => {
    const { huey, runtime, bill } = setup();
    const quiet = refuteEnqueued(huey, bill, { timeout: '10s' });
    await runtime.clock.advance(10_000);
    await quiet;
    const late = failureOf(refuteEnqueued(huey, bill, { timeout: '10s' }));
    await runtime.clock.advance(9000);
    await bill(1);
    await runtime.clock.advance(60);
    expect((await late).message).toContain('expected `bill` never to be enqueued\n  got 1 that matches:');
  });
});

describe('the message of a failure', () => {
  it('shows what comes nearest, field by field', async () => {
    const { huey, welcome } = await setupBusy();
    const wanted: WelcomeOptions = {
      args: [expect.stringContaining('@example.com'), { lang: 'en' }],
      in: '10s',
      priority: 3,
    };
    const { message, stack } = await failureOf(assertEnqueued(huey, welcome, wanted));
    expect(`\n${message}\n`).toBe(`
expected \`welcome\` to be enqueued at least once, with
    args      [StringContaining "@example.com", { lang: "en" }]
    priority  3
    due       10s from now, ± 1s
  got none that matches, but 2 that do not:

    1. welcome task-2, in the queue, enqueued at 2026-01-01T00:00:00.000Z (2s ago), due at 2026-01-01T00:01:00.000Z (58s from now)
         args[1].lang  expected  "en"
                            got  "fr"
         priority      expected  3
                            got  0
         due           expected  10s from now, ± 1s
                            got  58s from now

    2. welcome task-1, in the queue, enqueued at 2026-01-01T00:00:00.000Z (2s ago)
         args[0]   expected  StringContaining "@example.com"
                        got  "ada@example.org"
         priority  expected  3
                        got  0
         due       expected  10s from now, ± 1s
                        got  at once

  enqueued besides: bill (2 times)
`);
    expect(stack).not.toContain('src/testing/enqueued.ts');
  });

  it('shows all that came, where too many did', async () => {
    const { huey, bill } = await setupBusy();
    const { message } = await failureOf(assertEnqueued(huey, bill, { times: 1 }));
    expect(`\n${message}\n`).toBe(`
expected \`bill\` to be enqueued once
  got 2 that match:

    1. bill task-3, in the queue, enqueued at 2026-01-01T00:00:00.000Z (2s ago)
         args      [3]

    2. bill task-4, in the queue, enqueued at 2026-01-01T00:00:00.000Z (2s ago)
         args      [4]
`);
  });

  it('names what else was enqueued, where nothing comes near', async () => {
    const { huey } = await setupBusy();
    const { message } = await failureOf(assertEnqueued(huey, 'wellcome', { atLeast: 2 }));
    expect(`\n${message}\n`).toBe(`
expected \`wellcome\` to be enqueued at least 2 times
  got none

  enqueued besides: bill (2 times), welcome (2 times)
`);
  });

  it('says that an immediate Huey forgets', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const work = huey.task('work', () => 1);
    await work();
    const { message } = await failureOf(assertEnqueued(huey, work));
    expect(`\n${message}\n`).toBe(`
expected \`work\` to be enqueued at least once
  got none: nothing is enqueued at all
  the Huey is immediate: what has run is forgotten; use withImmediate, expectEnqueued or observe, which keep a journal
`);
    await withImmediate(huey, async () => {
      await work();
      await assertEnqueued(huey, work, { state: 'ended' });
    });
  });

  it('shows of many the nearest three', async () => {
    const { huey, bill } = setup();
    await bill.map(Array.from({ length: 9 }, (_, index) => [index * 100]));
    const { message } = await failureOf(assertEnqueued(huey, bill, { args: [410] }));
    expect(message.match(/got {2}\d+/g)).toEqual(['got  400', 'got  500', 'got  300']);
    expect(message).toContain('… and 6 more');
  });

  it('shows long texts from where they part', async () => {
    const { huey, welcome } = setup();
    await welcome(`${'a'.repeat(500)}b`);
    const { message } = await failureOf(assertEnqueued(huey, welcome, { args: [`${'a'.repeat(500)}c`] }));
    expect(message).toContain(`expected  …"${'a'.repeat(24)}c"`);
    expect(message).toContain(`got  …"${'a'.repeat(24)}b"`);
  });
});

describe('expectEnqueued', () => {
  it('returns what the block returned, and handles of what it enqueued', async () => {
    const { huey, bill } = await setupBusy();
    const { value, tasks, handles } = await expectEnqueued({ task: bill, args: [8], times: 1 }, async () => {
      await bill(8);
      return 'done';
    });
    expect([value, tasks.length, handles[0]!.id]).toEqual(['done', 1, tasks[0]!.id]);
    await handles[0]!.revoke();
    expect(await huey.isRevokedById(tasks[0]!.id)).toBe(true);
  });

  it('knows what an immediate Huey has run, and a consumer that works meanwhile', async () => {
    const immediate = new MemoryHuey({ immediate: true });
    const double = immediate.task('double', (n: number) => n * 2);
    const { handles } = await expectEnqueued(double, () => double(4));
    expect(await handles[0]!.get()).toBe(8);

    const { huey, runtime, bill } = setup();
    const consumer = huey.createConsumer();
    await consumer.start();
    await expectEnqueued({ task: bill, state: 'ended', timeout: '1s' }, async () => {
      await bill(1);
      await runtime.clock.advance(100);
    });
    await consumer.stop();
  });

  it('does not count what was enqueued before, nor what another test enqueues', async () => {
    const { bill } = await setupBusy();
    const { message } = await failureOf(expectEnqueued(bill, () => {}));
    expect(message).toContain('got none: nothing is enqueued at all');
  });

  it('passes on what the block throws', async () => {
    const { bill } = setup();
    const thrown = expectEnqueued(bill, () => {
      throw new RangeError('from the block');
    });
    await expect(thrown).rejects.toThrow(RangeError);
  });
});
