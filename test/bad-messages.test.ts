// Messages that somebody else put into the storage: whatever they hold, they end among the dead letters with the
// reason, the consumer lives on, and the next task runs.
import { describe, expect, it } from 'vitest';
import { Huey, type HueyOptions, MemoryStorage, type QueueItem, type Storage } from 'huey-ts';
import { manualRuntime, START } from './manual-runtime.js';

const KEY = 'sixteen bytes at least';
const GOOD = { v: 1, id: 'raw', task: 'add', args: [1, 2] };

function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const huey = new Huey({ storage: new MemoryStorage(), runtime, maxMessageBytes: 4000, ...options });
  const signals: string[] = [];
  const add = huey.task('add', (a: number, b: number) => a + b);
  huey.signal((signal, { id }) => void signals.push(`${signal} ${id}`));
  return { huey, add, signals, runtime };
}

type Put = 'queue' | 'schedule';

async function put(storage: Storage, where: Put, data: string, task = 'add'): Promise<QueueItem> {
  const item = { id: 'raw', task, priority: 0, data, enqueuedAt: START };
  const effect =
    where === 'queue'
      ? ({ kind: 'enqueue', item } as const)
      : ({ kind: 'schedule', item, dueAt: START } as const);
  await storage.turn({ settled: [{ effects: [effect] }], take: 0, lease: '', now: START });
  return item;
}

/** Everything is in one place: nothing waits, nothing is in flight, and only the ways of the good task were told. */
async function workOff({ huey, add, signals, runtime }: ReturnType<typeof setup>): Promise<void> {
  await using consumer = huey.createConsumer();
  await consumer.start();
  await runtime.clock.advance(2000);
  const others = signals.length;
  const next = await add.with({ id: 'next' })(3, 4);
  await runtime.clock.advance(2000);
  expect(await next.get()).toBe(7);
  expect(consumer.state).toBe('running');
  expect(await Promise.all([huey.pendingCount(), huey.scheduledCount()])).toEqual([0, 0]);
  expect(signals.slice(others)).toEqual(['enqueued next', 'executing next', 'complete next']);
}

const wire = (changes: object): string => JSON.stringify({ ...GOOD, ...changes });

const rows: readonly (readonly [what: string, data: string, reason: string])[] = [
  ['nothing', '', 'JSON'],
  ['no JSON', 'pickle:\\x80', 'JSON'],
  ['half a message', wire({}).slice(0, 20), 'JSON'],
  ['null', 'null', 'expected `a message` of the message to be an object, got null'],
  ['a list', '[1]', 'to be an object, got an array of 1'],
  ['a stored value', '{"value":1}', 'expected `v` of the message to be the version number 1, got undefined'],
  ['a later version', wire({ v: 2 }), 'got version 2; upgrade huey-ts in this consumer before the producers'],
  ['a version in words', wire({ v: '1' }), 'got "1" (string)'],
  ['no id', wire({ id: '' }), 'expected `id`'],
  ['a task without a name', wire({ task: 5 }), 'expected `task`'],
  ['no list of arguments', wire({ args: { length: 1 } }), 'expected `args` of the message to be an array'],
  ['named arguments in a list', wire({ kwargs: [] }), 'expected `kwargs`'],
  ['negative retries', wire({ retries: -1 }), 'expected `retries`'],
  ['a delay in words', wire({ retryDelayMs: '1s' }), 'expected `retryDelayMs`'],
  ['a negative attempt', wire({ attempt: -1 }), 'expected `attempt`'],
  ['an eta in words', wire({ eta: 'soon' }), 'expected `eta`'],
  ['an empty expiry', wire({ expires: {} }), 'expected `expires`'],
  ['a priority in words', wire({ priority: 'high' }), 'expected `priority`'],
  ['no handlers', wire({ onError: [] }), 'expected `onError`'],
  ['a handler that is none', wire({ onError: [{ v: 1 }] }), 'expected `id`'],
  ['a chord without an index', wire({ chord: { id: 'c' } }), 'expected `chord`'],
  ['too much', wire({ args: ['x'.repeat(5000), 1] }), 'to take at most 4000 bytes'],
  ['an unknown task', wire({ task: 'gone' }), 'no task is registered as "gone" (registered: add)'],
];

describe.each<Put>(['queue', 'schedule'])('in the %s', (where) => {
  it.each(rows)('%s becomes a dead letter', async (_, data, reason) => {
    const made = setup();
    const { huey, signals, runtime } = made;
    const item = await put(huey.storage, where, data);
    await workOff(made);
    const dead = await huey.storage.dead();
    expect(dead).toEqual([{ item, reason: expect.stringContaining(reason) as string, diedAt: START }]);
    expect(signals.filter((line) => !line.endsWith(' next'))).toEqual([]);
    expect(runtime.logs).toEqual([
      {
        level: 'error',
        message: 'unreadable message moved to the dead letters',
        fields: { id: 'raw', task: 'add', error: expect.any(Error) as Error },
      },
    ]);
  });
});

describe('a signed queue', () => {
  it.each([
    ['unsigned', () => wire({}), 'got a text without one'],
    ['changed', (text: string) => text.replace('[1,2]', '[1,3]'), 'none of the keys made the one it bears'],
    ['under another key', (text: string) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64)), 'none of the keys'],
  ])('sets aside what is %s', async (_, change, reason) => {
    const made = setup({ signingKeys: [KEY] });
    const { huey, add } = made;
    await add.with({ id: 'raw' })(1, 2);
    const [signed] = await huey.storage.pending();
    const { data } = signed!;
    await huey.flush('queue');
    await put(huey.storage, 'queue', change(data));
    await workOff(made);
    expect(await huey.storage.dead()).toMatchObject([{ reason: expect.stringContaining(reason) as string }]);
    expect(await huey.result('raw')).toBeUndefined();
  });
});

describe('a message whose next stage cannot be read', () => {
  it.each([
    ['no JSON', 'not JSON'],
    ['a later version', wire({ v: 2, id: 'stage' })],
    ['a wrong shape', wire({ args: 5, id: 'stage' })],
  ])('(%s) fails with the reason', async (_, stage) => {
    const made = setup();
    const { huey, signals } = made;
    await put(huey.storage, 'queue', `${wire({})}\n${stage}`);
    await workOff(made);
    expect(signals.filter((line) => line.endsWith(' raw'))).toEqual(['executing raw', 'error raw']);
    await expect(huey.result('raw')).rejects.toMatchObject({
      name: 'TaskException',
      cause: { name: 'SerializationError' },
    });
  });
});

describe('a dead letter', () => {
  it('of an unknown task runs once the task is declared and it is tried again', async () => {
    const made = setup();
    const { huey, runtime } = made;
    await put(huey.storage, 'queue', wire({ task: 'late' }), 'late');
    await workOff(made);
    huey.task('late', (a: number, b: number) => a * b);
    expect(await huey.storage.resolveDead('raw', 'retry', runtime.clock.now())).toBe(true);
    await workOff(made);
    expect([await huey.result('raw'), await huey.storage.dead()]).toEqual([2, []]);
  });
});

it('a hundred of them do not keep the next task waiting', async () => {
  const made = setup();
  const { huey, runtime, add } = made;
  for (let index = 0; index < 100; index += 1) {
    const item = { id: `raw-${index}`, task: 'add', priority: 0, data: 'null', enqueuedAt: START };
    const settled = [{ effects: [{ kind: 'enqueue', item } as const] }];
    await huey.storage.turn({ settled, take: 0, lease: '', now: START });
  }
  const next = await add(3, 4);
  await using consumer = huey.createConsumer({ maxDelay: '100ms' });
  await consumer.start();
  await runtime.clock.advance(60_000);
  expect([await next.get(), (await huey.storage.dead()).length]).toEqual([7, 100]);
});
