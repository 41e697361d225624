// Everything a user can do wrong through the public names: each is refused with what was expected, what was got and
// what to do; nothing is enqueued, nobody is told, and the queue works on.
import { expect, describe, it } from 'vitest';
import {
  CancelExecution,
  chord,
  type ConfigurationError,
  cron,
  crontab,
  group,
  Huey,
  MemoryHuey,
  MemoryStorage,
  type Result,
  RetryTask,
} from 'huey-ts';
import { Simulation } from 'huey-ts/sim';
import { HandWorker } from './hand-worker.js';
import { engineOf } from '../src/huey.js';
import { manualRuntime, START } from './manual-runtime.js';
import { cells } from './table.js';

async function setup() {
  const runtime = manualRuntime();
  const huey = new Huey({ storage: new MemoryStorage(), runtime, maxMessageBytes: 4000 });
  const worker = new HandWorker(engineOf(huey), { lease: 'lease' });
  const add = huey.task('add', (a: number, b: number) => a + b);
  const result = await add(1, 2);
  await worker.tick(START);
  await worker.flush();
  const gone = huey.task('gone', () => 1);
  const goneCall = gone.s();
  gone.unregister();
  const signals: string[] = [];
  huey.signal((signal) => void signals.push(signal));
  return { huey, worker, add, result: result as Result, gone, goneCall, signals };
}

type Made = Awaited<ReturnType<typeof setup>>;
type Row = readonly [mistake: string, make: (made: Made) => unknown, words: string];

/** What the compiler would refuse. */
const bad = (value: unknown): never => value as never;

/** Each row is refused with those words, and leaves everything as it was. */
function refused(name: string, rows: readonly Row[]): void {
  it.each(rows)('%s', async (_, make, words) => {
    const made = await setup();
    const { huey, worker, add, signals } = made;
    const before = await contents(huey);
    const error = await new Promise((resolve) => resolve(make(made))).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error, 'it was accepted').toMatchObject({
      name,
      message: expect.stringContaining(words) as string,
    });
    expect([await contents(huey), signals]).toEqual([before, []]);
    const next = await add(3, 4);
    await worker.tick(START);
    await worker.flush();
    expect([await next.get(), signals]).toEqual([7, ['enqueued', 'executing', 'complete']]);
  });
}

async function contents({ storage }: Huey): Promise<unknown> {
  return [
    await storage.pending(),
    await storage.scheduled(),
    await storage.dead(),
    await storage.keys(START),
    await storage.locks(START),
    await storage.rates(),
  ];
}

const CONFIGURATION = 'ConfigurationError' satisfies ConfigurationError['name'];

describe('an unknown task', () => {
  refused('UnknownTaskError', [
    [
      'called',
      ({ gone }) => gone(),
      'no task is registered as "gone" (registered: add); declare it with huey.task',
    ],
    ['called with options', ({ gone }) => gone.with({ priority: 1 })(), 'no task is registered as "gone"'],
    ['scheduled', ({ gone }) => gone.schedule([], { delay: 1 }), 'no task is registered as "gone"'],
    ['mapped', ({ gone }) => gone.map([[], []]), 'no task is registered as "gone"'],
    ['enqueued', ({ huey, goneCall }) => huey.enqueue(goneCall), 'no task is registered as "gone"'],
    [
      'of another queue',
      ({ huey }) => huey.enqueue(new MemoryHuey().task('theirs', () => 1).s()),
      '"theirs"',
    ],
  ]);
});

describe('a name that is not known', () => {
  refused(CONFIGURATION, [
    [
      'of a Huey',
      () => new MemoryHuey(bad({ resluts: true })),
      'Huey: unknown option `resluts`, did you mean `results`?',
    ],
    [
      'of a task',
      ({ huey }) => huey.task('t', bad({ retires: 1 }), () => 1),
      'task t: unknown option `retires`, did you mean `retries`?',
    ],
    [
      'of a periodic task',
      ({ huey }) => huey.periodicTask('t', crontab(), bad({ lok: 'x' }), () => 1),
      'did you mean `lock`?',
    ],
    [
      'of a call',
      ({ add }) => add.with(bad({ prioritty: 1 })),
      'add.with: unknown option `prioritty`, did you mean `priority`?',
    ],
    [
      'of a schedule',
      ({ add }) => add.schedule([1, 2], bad({ dealy: 1 })),
      'add.schedule: unknown option `dealy`, did you mean `delay`?',
    ],
    ['of a reading', ({ result }) => result.get(bad({ blokcing: true })), 'did you mean `blocking`?'],
    [
      'of a reading by id',
      ({ huey }) => huey.result('x', bad({ presrve: true })),
      'did you mean `preserve`?',
    ],
    [
      'of asCompleted',
      async ({ huey }) => (await huey.enqueue(group([]))).asCompleted(bad({ timeuot: 1 })).next(),
      'did you mean `timeout`?',
    ],
    ['of a revocation', ({ result }) => result.revoke(bad({ untill: 1 })), 'did you mean `until`?'],
    ['of a revocation of a task', ({ add }) => add.revoke(bad({ onec: true })), 'did you mean `once`?'],
    [
      'of a revocation by id',
      ({ huey }) => huey.revokeById('x', bad({ onse: true })),
      'did you mean `once`?',
    ],
    [
      'of a rescheduling',
      ({ result }) => result.reschedule(bad({ preservePipelin: true })),
      'did you mean `preservePipeline`?',
    ],
    ['of a lock', ({ huey }) => huey.lockTask('x', bad({ expire: 1 })), 'did you mean `expires`?'],
    ['of an acquisition', ({ huey }) => huey.lockTask('x').acquire(bad({ wiat: 1 })), 'did you mean `wait`?'],
    ['of a semaphore', ({ huey }) => huey.semaphore('x', bad({ limt: 1 })), 'did you mean `limit`?'],
    [
      'of a rate limit',
      ({ huey }) => huey.rateLimit(bad({ name: 'x', limit: 1, pre: 1 })),
      'did you mean `per`?',
    ],
    [
      'of a consumer',
      ({ huey }) => huey.createConsumer(bad({ wrokers: 2 })),
      'Consumer: unknown option `wrokers`, did you mean `workers`?',
    ],
    [
      'of a simulation',
      ({ huey }) => Simulation.start(huey, bad({ sede: 7 })),
      'Simulation: unknown option `sede`, did you mean `seed`?',
    ],
    ['of a crontab', () => crontab(bad({ minutes: '0' })), 'did you mean `minute`?'],
    ['of the options of a crontab', () => crontab({}, bad({ timezone: 'UTC' })), 'did you mean `timeZone`?'],
    ['of a cron', () => cron('0 0 * * *', bad({ tz: 'UTC' })), 'the options are `timeZone`'],
    [
      'of a signal',
      ({ huey }) => huey.signal(bad('eror'), () => 1),
      'expected `signal` to be one of enqueued',
    ],
    ['of a signal to disconnect', ({ huey }) => huey.disconnect(() => 1, bad('eror')), 'got "eror" (string)'],
    [
      'of a kind of hook',
      ({ huey }) => huey.removeHook(bad('preexecute'), 'x'),
      'expected `kind` to be one of preExecute, postExecute, startup, shutdown',
    ],
    [
      'of a time zone',
      () => crontab({}, { timeZone: 'Europe/Lodnon' }),
      'expected `timeZone` to be the name of a time zone',
    ],
    ['of a time zone in a cron', () => cron('0 0 * * *', { timeZone: '+02:00' }), 'expected `timeZone`'],
  ]);
});

describe('an option of a call with a value that makes no sense', () => {
  // The option, the value as JavaScript, and the words.
  const table = cells(`
    retries      | -1                  | expected \`retries\` to be an integer of at least 0, got -1 (number)
    retries      | NaN                 | got NaN (number)
    retries      | "3"                 | got "3" (string)
    retryDelay   | -1                  | expected \`retryDelay\` to be a duration that is not negative
    retryDelay   | "10"                | write '10s'
    retryDelay   | "10 parsecs"        | \`parsecs\` is not a unit, but ms, s, m, h, d and w are
    retryDelay   | NaN                 | expected \`retryDelay\` to be a duration
    retryBackoff | 0                   | expected \`retryBackoff\` to be a number of at least 1
    priority     | NaN                 | expected \`priority\` to be a finite number
    priority     | "high"              | got "high" (string)
    timeout      | -1                  | expected \`timeout\` to be a duration that is not negative
    timeout      | "30"                | write '30s'
    expires      | NaN                 | expected \`expires\` to be a duration
    expires      | {"at":"2026-01-01"} | give the time and its offset too
    delay        | "soon"              | expected \`delay\` to be a duration
    delay        | NaN                 | expected \`delay\` to be a duration
    delay        | "10"                | write '10s'
    eta          | "2026-01-01T00:00"  | give the time and its offset too
    eta          | "tomorrow"          | expected \`eta\` to be an instant
    eta          | NaN                 | expected \`eta\` to be an instant
    eta          | "2026-02-30T00:00Z" | there is no such date
    id           | ""                  | expected \`id\` to be a string that is not empty
  `);
  const value = (text: string): unknown => (text === 'NaN' ? Number.NaN : JSON.parse(text));

  refused(
    CONFIGURATION,
    table.flatMap(([option, text, words]): Row[] => {
      const options = bad({ [option!]: value(text!) });
      const timed = option === 'delay' || option === 'eta' ? {} : { delay: 1 };
      return [
        [`${option} ${text}, with`, ({ add }) => add.with(options)(1, 2), words!],
        [
          `${option} ${text}, schedule`,
          ({ add }) => add.schedule([1, 2], { ...timed, ...(options as object) }),
          words!,
        ],
      ];
    }),
  );

  refused(CONFIGURATION, [
    [
      'both delay and eta',
      ({ add }) => add.with({ delay: 1, eta: START }),
      'expected `delay` or `eta`, got both; leave one out',
    ],
    ['both, rescheduling', ({ result }) => result.reschedule({ delay: 1, eta: START }), 'got both'],
    ['both, in a request for a retry', () => new RetryTask('', { delay: 1, eta: START }), 'got both'],
    [
      'a misspelt option of a request for a retry',
      () => new RetryTask('', bad({ dealy: 5 })),
      'unknown option `dealy`',
    ],
    [
      'a misspelt option of a cancellation',
      () => new CancelExecution(bad({ rety: true })),
      'unknown option `rety`',
    ],
    [
      'a part of the storage that there is not',
      ({ huey }) => huey.flush(bad('everything')),
      'one of queue, schedule',
    ],
    [
      'a schedule without a time',
      ({ add }) => add.schedule([1, 2], {}),
      'got neither; to run it as soon as possible, call add(…)',
    ],
    [
      'a schedule without options',
      ({ add }) => add.schedule([1, 2], bad(undefined)),
      'expected `options of add.schedule` to be an object',
    ],
  ]);
});

describe('a value that makes no sense', () => {
  const start = (options: object) => (made: Made) => Simulation.start(made.huey, options);
  const consumer = (options: object) => (made: Made) => made.huey.createConsumer(options);
  const rate = (options: object) => (made: Made) =>
    made.huey.rateLimit(bad({ name: 'x', limit: 1, per: 1, ...options }));

  refused(CONFIGURATION, [
    ['no options of a Huey', () => new Huey(bad(undefined)), 'expected `storage` to be a storage'],
    [
      'a storage that is none',
      () => new Huey({ storage: bad({}) }),
      'expected `storage` to be a storage or a function that makes one',
    ],
    [
      'a factory of no storage',
      () => new Huey({ storage: () => bad(5) }),
      'got 5 (number); or use MemoryHuey',
    ],
    ['the name of a Huey', () => new MemoryHuey({ name: '' }), 'expected `name`'],
    [
      'maxDeliveries',
      () => new MemoryHuey({ maxDeliveries: 0 }),
      'expected `maxDeliveries` to be an integer of at least 1, got 0',
    ],
    ['maxMessageBytes', () => new MemoryHuey({ maxMessageBytes: -1 }), 'expected `maxMessageBytes`'],
    ['resultExpires', () => new MemoryHuey({ resultExpires: '60' }), "write '60s'"],
    [
      'signing keys in no array',
      () => new MemoryHuey({ signingKeys: bad(null) }),
      'expected `signingKeys` to be an array of secrets, got null',
    ],
    [
      'one signing key',
      () => new MemoryHuey({ signingKeys: bad('a secret of enough bytes') }),
      'write signingKeys: [secret]',
    ],
    [
      'a logger that is none',
      () => new MemoryHuey({ logger: bad({}) }),
      'expected `logger.debug` to be a function',
    ],
    [
      'immediate',
      ({ huey }) => void (huey.immediate = bad('yes')),
      'expected `immediate` to be true or false',
    ],
    [
      'workers',
      consumer({ workers: 0 }),
      'expected `workers` to be an integer of at least 1, got 0 (number)',
    ],
    ['workers as text', consumer({ workers: '4' }), 'got "4" (string)'],
    ['periodic', consumer({ periodic: 'no' }), 'expected `periodic` to be true or false, got "no" (string)'],
    [
      'schedulerInterval',
      consumer({ schedulerInterval: '100ms' }),
      'expected `schedulerInterval` to be a duration of at least 1s',
    ],
    ['initialDelay', consumer({ initialDelay: 0 }), 'expected `initialDelay`'],
    ['maxDelay', consumer({ maxDelay: '10' }), "write '10s'"],
    ['backoff', consumer({ backoff: Number.NaN }), 'expected `backoff` to be a number of at least 1'],
    ['maxTasks', consumer({ maxTasks: 0 }), 'expected `maxTasks`'],
    ['leaseTtl', consumer({ leaseTtl: -1 }), 'expected `leaseTtl`'],
    ['the seed', start({ seed: 1.5 }), 'expected `seed` to be a safe integer'],
    ['the consumers of a simulation', start({ consumers: -1 }), 'expected `consumers`'],
    ['the workers of a simulation', start({ workers: 0 }), 'expected `workers`'],
    ['the start of a simulation', start({ start: '2026-01-01' }), 'give the time and its offset too'],
    ['the leaseTtl of a simulation', start({ leaseTtl: '1ms' }), 'expected `leaseTtl`'],
    ['no Huey to simulate', () => Simulation.start(bad({})), 'expected `huey` to be a Huey'],
    [
      'limit of a rate limit',
      rate({ limit: 0 }),
      'expected `rateLimit.limit` to be an integer of at least 1, got 0',
    ],
    ['per of a rate limit', rate({ per: 0 }), 'expected `rateLimit.per` to be at least 1ms'],
    ['per without a unit', rate({ per: '60' }), "write '60s'"],
    [
      'limit of a semaphore',
      ({ huey }) => huey.semaphore('x', { limit: 0 }),
      'expected `limit` to be an integer of at least 1',
    ],
    ['the name of a lock', ({ huey }) => huey.lockTask(''), 'expected `name`'],
    ['expires of a lock', ({ huey }) => huey.lockTask('x', { expires: 0 }), 'expected `expires`'],
    ['wait of an acquisition', ({ huey }) => huey.lockTask('x').acquire({ wait: '5' }), "write '5s'"],
    ['timeout of a reading', ({ result }) => result.get({ timeout: '10' }), "write '10s'"],
    ['maxDelay of a reading', ({ result }) => result.get({ maxDelay: -1 }), 'expected `maxDelay`'],
    ['backoff of a reading', ({ result }) => result.get({ backoff: 0 }), 'expected `backoff`'],
    [
      'until of a revocation',
      ({ result }) => result.revoke({ until: bad(null) }),
      'expected `until` to be a duration',
    ],
    [
      'until without its offset',
      ({ add }) => add.revoke({ until: { at: '2026-01-01T00:00' } }),
      'expected `until.at` to be an instant',
    ],
    ['an id to read', ({ huey }) => huey.result(''), 'expected `id`'],
    ['an id to revoke', ({ huey }) => huey.revokeById(''), 'expected `id`'],
    ['an id to restore', ({ huey }) => huey.restoreById(''), 'expected `id`'],
    ['an id to ask about', ({ huey }) => huey.isRevokedById(bad(5)), 'expected `id`'],
    ['a key of data', ({ huey }) => huey.data.put('', 1), 'expected `key`'],
  ]);
});

describe('a field of a crontab', () => {
  const fields = cells(`
    minute    | 60    | 60 is not between 0 and 59
    hour      | 24    | 24 is not between 0 and 23
    day       | 0     | 0 is not between 1 and 31
    month     | 13    | 13 is not between 1 and 12
    dayOfWeek | 8     | 8 is not between 0 and 7
    dayOfWeek | */2   | days of the week take no steps
    minute    | */0   | a step is at least 1
    hour      | noon  | "noon" is none of
    month     | JAN   | "JAN" is none of
    day       | 1,,2  | "" is none of
  `);
  refused(
    CONFIGURATION,
    fields.flatMap(([field, text, words]): Row[] => [
      [`${field} ${text}`, () => crontab({ [field!]: text! }), words!],
      [
        `${field} ${text}, by its name`,
        () => crontab({ [field!]: text! }),
        `expected \`${field}\` to be made of`,
      ],
    ]),
  );
  refused(CONFIGURATION, [
    [
      'that is no text',
      () => crontab({ minute: bad(null) }),
      'expected `minute` to be text or an integer, got null',
    ],
    ['in a cron expression', () => crontab(bad('0 3 * * *')), 'for a cron expression call cron()'],
    ['too few in a cron', () => cron('0 0 *'), 'this has 3 fields'],
    [
      'too large in a cron',
      () => cron('61 * * * *'),
      'expected `expression` to be a cron expression of 5 fields',
    ],
    ['with seconds in a cron', () => cron('30 0 0 * * *'), 'schedules go by the minute'],
    ['nothing in a cron', () => cron(bad(undefined)), 'got undefined'],
  ]);
});

describe('a declaration', () => {
  refused(CONFIGURATION, [
    [
      'of a name that is taken',
      ({ huey }) => huey.task('add', () => 1),
      'a task is registered as "add" already; give this one another name',
    ],
    [
      'without a name',
      ({ huey }) => huey.task('', () => 1),
      'expected `name` to be a string that is not empty',
    ],
    [
      'with the body as its name',
      ({ huey }) =>
        huey.task(
          bad(() => 1),
          bad(undefined),
        ),
      'expected `name`',
    ],
    [
      'without a body',
      ({ huey }) => huey.task('t', bad(undefined)),
      'expected `body of t` to be a function, got undefined',
    ],
    [
      'with the options last',
      ({ huey }) =>
        huey.task(
          't',
          bad(() => 1),
          bad({ retries: 1 }),
        ),
      'expected `body of t` to be a function',
    ],
    [
      'with options that are none',
      ({ huey }) => huey.task('t', bad(null), () => 1),
      'expected `options` to be an object, got null',
    ],
    [
      'without a schedule',
      ({ huey }) =>
        huey.periodicTask(
          't',
          bad(() => 1),
          bad(undefined),
        ),
      "write crontab({ minute: '0' }) or cron('0 * * * *')",
    ],
    [
      'with a schedule in text',
      ({ huey }) => huey.periodicTask('t', bad('0 * * * *'), () => 1),
      'expected `schedule` to be a schedule, got "0 * * * *" (string)',
    ],
    [
      'of a handler that is none',
      ({ huey }) => huey.signal('error', bad(5)),
      'expected `the signal handler` to be a function, got 5 (number)',
    ],
    ['of no handler', ({ huey }) => huey.signal(bad('error')), 'expected `the signal handler`'],
    [
      'of a hook that is none',
      ({ huey }) => huey.preExecute(bad('log')),
      'expected `the preExecute hook` to be a function',
    ],
    [
      'of another hook that is none',
      ({ huey }) => huey.onShutdown(bad(undefined)),
      'expected `the onShutdown hook`',
    ],
    ['of a hook without a name', ({ huey }) => huey.postExecute(() => 1, ''), 'expected `name`'],
    [
      'of nothing to run under a lock',
      ({ huey }) => huey.lockTask('x').run(bad(5)),
      'expected `the function to run` to be a function',
    ],
    [
      'of nothing to wrap in a lock',
      ({ huey }) => huey.lockTask('x').wrap(bad(5)),
      'expected `the function to wrap`',
    ],
    [
      'of nothing to wrap in a limit',
      ({ huey }) => huey.rateLimit({ name: 'x', limit: 1, per: 1 }).wrap(bad(5)),
      'expected `the function to wrap`',
    ],
  ]);
});

describe('work that is none', () => {
  refused(CONFIGURATION, [
    [
      'a task instead of a call',
      ({ huey, add }) => huey.enqueue(bad(add)),
      'expected `work` to be a signature, a pipeline, a group or a chord, got add (function); describe a call with task.s(…)',
    ],
    ['nothing', ({ huey }) => huey.enqueue(bad(undefined)), 'expected `work`'],
    ['a list', ({ huey, add }) => huey.enqueue(bad([add.s(1, 2)])), 'got an array of 1'],
    ['a member of a group', ({ add }) => group([bad(add)]), 'expected `group member` to be a signature'],
    [
      'the members of a group',
      () => group(bad(5)),
      'expected `members of the group` to be an array, got 5 (number)',
    ],
    ['a member of a chord', ({ add }) => chord([bad(5)], add as never), 'expected `chord member`'],
    [
      'the members of a chord',
      ({ add }) => chord(bad(undefined), add as never),
      'expected `members of the chord` to be an array',
    ],
    [
      'a group in a chord',
      ({ add }) => chord([group([add.s(1, 2)])], add as never),
      'spread the members of the group',
    ],
    [
      'the callback of a chord',
      ({ add }) =>
        chord(
          [add.s(1, 2)],
          bad(() => 1),
        ),
      'expected `stage` to be a declared task or a signature',
    ],
    ['a stage', ({ add }) => add.s(1, 2).pipe(bad(() => 1)), 'expected `stage`'],
    ['a handler', ({ add }) => add.s(1, 2).error(bad(undefined)), 'expected `stage`'],
    [
      'the lists of a map',
      ({ add }) => add.map(bad(5)),
      'expected `items` to be an array of lists of arguments, got 5 (number); write add.map([[…], […]])',
    ],
    [
      'a list of a map',
      ({ add }) => add.map(bad([1, 2])),
      'expected `arguments` to be an array, got 1 (number)',
    ],
    [
      'the arguments of a schedule',
      ({ add }) => add.schedule(bad(1), { delay: 1 }),
      "write add.schedule([…], { delay: '10s' })",
    ],
  ]);
});

describe('an argument that cannot travel', () => {
  class Point {}
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  const rows: readonly (readonly [what: string, value: unknown, path: string])[] = [
    ['a function', { user: { callback: () => 1 } }, 'args[0].user.callback'],
    ['a symbol', [1, Symbol('x')], 'args[0][1]'],
    ['an instance of a class', { at: [new Point()] }, 'args[0].at[0]'],
    ['a circle', circle, 'args[0].self'],
    ['a key that readers drop', JSON.parse('{"a":{"__proto__":1}}'), 'args[0].a.__proto__'],
    ['a promise', Promise.resolve(1), 'args[0]'],
    ['a hole', [1, , 2], 'args[0][1]'], // oxlint-disable-line no-sparse-arrays
  ];

  refused(
    'SerializationError',
    rows.flatMap(([what, value, path]): Row[] => [
      [`${what}, called`, ({ add }) => add(bad(value), 2), path],
      [`${what}, scheduled`, ({ add }) => add.schedule([bad(value), 2], { delay: 1 }), path],
      [
        `${what}, mapped`,
        ({ add }) =>
          add.map([
            [1, 2],
            [bad(value), 2],
          ]),
        path,
      ],
      [`${what}, in a stage`, ({ huey, add }) => huey.enqueue(add.s(1, 2).pipe(add.s(bad(value), 2))), path],
    ]),
  );
  refused('SerializationError', [
    ['data of your own', ({ huey }) => huey.data.put('key', { on: () => 1 }), 'value.on'],
    ['too large', ({ add }) => add(bad('x'.repeat(5000)), 2), 'expected task add to take at most 4000 bytes'],
  ]);
});
