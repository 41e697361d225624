// The three worker types on real threads and processes, over a SQLite file: the same results and the same signals in the
// same order; and what only a worker of its own can survive. Nothing sleeps here: tests wait for signals, with a deadline.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consumer, type ConsumerOptions, MemoryHuey, type Signal, type WorkerType } from 'huey-ts';
import { type ScenarioApp, scenarioApp } from '../../fixtures/apps/scenarios.js';
import { host, type LogFields, systemClock } from '../../src/runtime.js';
import { engineOf } from '../../src/huey.js';
import { ROOT } from '../files.js';
import { temporaryFolder } from '../storage/temporary-folder.js';

const DEADLINE_MS = 25_000;

/** What the promise comes to, or a loud failure. */
async function inTime<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = systemClock.timer(DEADLINE_MS, () => reject(new Error(`waited too long for ${what}`)));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}

interface Heard {
  readonly signal: Signal;
  readonly task: string;
  readonly id: string;
}

/** An app on a database in a folder, the file by which children load it, and a consumer of it. */
class Bench {
  readonly app: ScenarioApp;
  readonly consumer: Consumer;
  readonly heard: Heard[] = [];
  readonly logs: [message: string, fields: LogFields | undefined][] = [];
  #onHeard: (() => void)[] = [];

  constructor(folder: string, options: ConsumerOptions) {
    const database = join(folder, 'queue.db');
    this.app = scenarioApp(database);
    const home = engineOf(this.app.huey).home;
    const log = (message: string, fields?: LogFields): void => void this.logs.push([message, fields]);
    home.runtime = { ...home.runtime, logger: { debug: log, info: log, warn: log, error: log } };
    this.consumer = this.app.huey.createConsumer({ app: `${appFile(folder, database)}:huey`, ...options });
    this.consumer.observe((signal, { name, id }) => {
      this.heard.push({ signal, task: name, id });
      for (const resolve of this.#onHeard.splice(0)) resolve();
    });
  }

  /** Waits for a signal; those that have come count. */
  async hear(signal: Signal, task: string, times = 1): Promise<void> {
    const isHeard = (): boolean =>
      this.heard.filter((one) => one.signal === signal && one.task === task).length >= times;
    const wait = async (): Promise<void> => {
      while (!isHeard()) await new Promise<void>((resolve) => this.#onHeard.push(resolve));
    };
    await inTime(`${signal} ${task}, heard: ${this.lines().join(', ')}`, wait());
  }

  /** Waits until so many signals have come. */
  async hearAll(count: number): Promise<void> {
    const wait = async (): Promise<void> => {
      while (this.heard.length < count) await new Promise<void>((resolve) => this.#onHeard.push(resolve));
    };
    await inTime(`${count} signals`, wait());
  }

  lines(): string[] {
    return this.heard.map(({ signal, task }) => `${signal} ${task}`);
  }

  messages(): string[] {
    return this.logs.map(([message]) => message);
  }

  async end(): Promise<void> {
    await inTime('the consumer to stop', this.consumer.stop({ deadline: 0 }));
    await this.app.huey.close();
  }
}

function appFile(folder: string, database: string): string {
  const file = join(folder, 'app.mts');
  const fixture = join(ROOT, 'fixtures/apps/scenarios.ts');
  writeFileSync(
    file,
    `import { scenarioApp } from ${JSON.stringify(fixture)};\nexport const { huey } = scenarioApp(${JSON.stringify(database)});\n`,
  );
  return file;
}

/** A folder for the tests of one describe, which removes it. */
function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const get = { blocking: true, timeout: DEADLINE_MS / 1000 } as const;
const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    (value) => `ended with ${String(value)}`,
    (error: Error) =>
      error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : String(error),
  );

type Play = (bench: Bench) => Promise<unknown>;

// What is called, what comes of it, and the signals.
const SCENARIOS: readonly [name: string, play: Play, result: unknown, signals: string][] = [
  ['a success', async ({ app }) => (await app.add(1, 2)).get(get), 3, 'enqueued executing complete'],
  [
    'a failure',
    async ({ app }) => failureOf((await app.fail('far')).get(get)),
    'RangeError: far',
    'enqueued executing error',
  ],
  [
    'a retry',
    async (bench) => {
      const result = await bench.app.flaky();
      await bench.hear('complete', 'flaky');
      return result.get();
    },
    1,
    'enqueued executing error retrying enqueued executing complete',
  ],
  [
    'a pipeline',
    async ({ app }) => {
      const results = await app.huey.enqueue(app.add.s(1, 2).pipe(app.add, 3));
      return results.get(get);
    },
    [3, 6],
    'enqueued executing complete enqueued executing complete',
  ],
  [
    'a chord',
    async (bench) => {
      await bench.app.huey.enqueue(bench.app.makeChord());
      await bench.hear('complete', 'sum');
      return undefined;
    },
    undefined,
    'enqueued enqueued executing complete executing complete enqueued executing complete',
  ],
  [
    'a lock that is free',
    async ({ app }) => [await (await app.guarded()).get(get), await app.huey.lockTask('door').isLocked()],
    [true, false],
    'enqueued executing complete',
  ],
  [
    'a lock that is held',
    async (bench) => {
      await using _hold = await bench.app.huey.lockTask('door').acquire();
      return await failureOf((await bench.app.guarded()).get(get));
    },
    'TaskLockedException: unable to acquire lock "door": it is held; give the task retries to try again later',
    'enqueued executing locked',
  ],
  [
    'a rate limit',
    async (bench) => {
      await bench.app.limited();
      await bench.hear('complete', 'limited');
      await bench.app.limited();
      return undefined;
    },
    undefined,
    'enqueued executing complete enqueued executing rate-limited retrying scheduled',
  ],
  [
    'a revocation',
    async (bench) => {
      const work = bench.app.add.s(1, 2);
      await bench.app.huey.revokeById(work.id);
      await bench.app.huey.enqueue(work);
      await bench.hear('revoked', 'add');
      return undefined;
    },
    undefined,
    'enqueued revoked',
  ],
  [
    'an expiry',
    async (bench) => {
      await bench.app.add.with({ expires: new Date(0) })(1, 2);
      await bench.hear('expired', 'add');
      return undefined;
    },
    undefined,
    'enqueued expired',
  ],
  [
    'a cancellation',
    async (bench) => {
      await bench.app.cancel();
      await bench.hear('canceled', 'cancel');
      return undefined;
    },
    undefined,
    'enqueued executing canceled',
  ],
  [
    'a delivery at most once',
    async ({ app }) => (await app.once()).get(get),
    0,
    'enqueued executing complete',
  ],
  [
    'a body that waits beyond its timeout',
    async ({ app }) => failureOf((await app.nap()).get(get)),
    'TaskTimeout: the task ran longer than its timeout of 0.1s',
    'enqueued executing timeout',
  ],
];

describe.each<[WorkerType]>([['async'], ['thread'], ['process']])(
  'on workers of the type %s',
  (workerType) => {
    const folder = sharedFolder();
    let bench: Bench;

    beforeAll(async () => {
      bench = new Bench(folder, { workerType });
      await inTime('the consumer to start', bench.consumer.start());
    }, DEADLINE_MS);

    afterAll(() => bench.end());

    it.each(SCENARIOS)('%s', async (_, play, result, signals) => {
      bench.heard.length = 0;
      expect(await play(bench)).toEqual(result);
      const wanted = signals.split(' ');
      // The result can be read before its signal is sent.
      await bench.hearAll(wanted.length);
      expect(bench.heard.map(({ signal }) => signal)).toEqual(wanted);
    });
  },
);

describe.each<[WorkerType]>([['thread'], ['process']])('a worker of the type %s', (workerType) => {
  const folder = sharedFolder();
  let bench: Bench;

  beforeAll(async () => {
    bench = new Bench(folder, { workerType });
    await inTime('the consumer to start', bench.consumer.start());
  }, DEADLINE_MS);

  afterAll(() => bench.end());

  it('that spins beyond its timeout is ended and replaced, and the task has timed out', async () => {
    const { app } = bench;
    const before = await (await app.where()).get(get);
    expect(await failureOf((await app.spin()).get(get))).toBe(
      'TaskTimeout: the task ran longer than its timeout of 0.1s',
    );
    expect(await (await app.where()).get(get)).not.toBe(before);
    expect(bench.messages()).toContain('worker killed');
  });

  const deaths: [
    string,
    (app: ScenarioApp) => Promise<{ get(options: typeof get): Promise<unknown> }>,
    string,
  ][] = [
    [
      'exits',
      (app) => app.exit(),
      workerType === 'thread' ? 'thread exited with code 3' : 'process exited with code 3',
    ],
    ['throws where nobody can catch it', (app) => app.throwOutside(), 'RangeError: outside of the body'],
    ...(workerType === 'process'
      ? [['is killed', (app: ScenarioApp) => app.kill(), 'process was ended by SIGKILL'] as const].map(
          ([name, call, how]): (typeof deaths)[number] => [name, call, how],
        )
      : []),
  ];

  it.each(deaths)('that %s in mid body gives the delivery back at once', async (_, call, how) => {
    bench.logs.length = 0;
    expect(await (await call(bench.app)).get(get)).toBe('ran again');
    const [, fields] = bench.logs.find(([message]) => message === 'worker died')!;
    expect(String(fields!['error'])).toContain(how);
  });

  it('that dies leaves no lock behind', async () => {
    expect(await (await bench.app.exitLocked()).get(get)).toBe(true);
    expect(await bench.app.huey.lockTask('window').isLocked()).toBe(false);
  });

  it('that dies each time sends the task to the dead letters', async () => {
    const result = await bench.app.exitAlways();
    expect(await failureOf(result.get(get))).toContain('DeliveriesExhausted: delivered 3 times');
    expect((await bench.app.huey.deadLetters.list()).map(({ id }) => id)).toEqual([result.id]);
  });

  it('that dies of a task delivered at most once fails the task', async () => {
    expect(await failureOf((await bench.app.exitOnce()).get(get))).toContain('exited with code 3');
    expect(await bench.app.huey.pendingCount()).toBe(0);
  });
});

describe.each<[WorkerType]>([['thread'], ['process']])('a consumer of the type %s', (workerType) => {
  it('replaces a worker after maxTasks, with the hooks of start and stop around each', async () => {
    const bench = new Bench(temporaryFolder(), { workerType, maxTasks: 2 });
    await inTime('the consumer to start', bench.consumer.start());
    const where: unknown[] = [];
    for (let count = 0; count < 4; count += 1) where.push(await (await bench.app.where()).get(get));
    expect(where).toEqual([where[0], where[0], where[2], where[2]]);
    expect(where[2]).not.toBe(where[0]);
    await inTime('the consumer to stop', bench.consumer.stop());
    for (const place of [where[0], where[2]] as string[])
      expect([
        await bench.app.huey.data.peek(`started ${place}`),
        await bench.app.huey.data.peek(`stopped ${place}`),
      ]).toEqual([true, true]);
    await bench.app.huey.close();
  });

  it('that is stopped at once gives back what waits and what blocks', async () => {
    const bench = new Bench(temporaryFolder(), { workerType, workers: 2 });
    await bench.app.wait();
    await bench.app.block();
    await inTime('the consumer to start', bench.consumer.start());
    await bench.hear('executing', 'wait');
    await bench.hear('executing', 'block');
    await inTime('the consumer to stop', bench.consumer.stop({ deadline: 0 }));
    expect(await bench.app.huey.pendingCount()).toBe(2);
    expect(
      bench
        .lines()
        .filter((line) => line.startsWith('interrupted'))
        .sort(),
    ).toEqual(['interrupted block', 'interrupted wait']);
    await bench.app.huey.close();
  });

  it('does not start without an app that it can load, and does once there is one', async () => {
    const folder = temporaryFolder();
    const late = join(folder, 'late.mts');
    const bench = new Bench(folder, { workerType, workers: 2, app: `${late}:huey` });
    await expect(inTime('the refusal', bench.consumer.start())).rejects.toThrow(`cannot find ${late}:huey`);
    expect(bench.consumer.state).toBe('idle');
    renameSync(join(folder, 'app.mts'), late);
    await inTime('the consumer to start', bench.consumer.start());
    expect(await (await bench.app.add(1, 2)).get(get)).toBe(3);
    await bench.end();
  });

  it.each<[string, () => unknown, string]>([
    [
      'no app',
      () => scenarioApp(join(temporaryFolder(), 'q.db')).huey.createConsumer({ workerType }),
      `expected \`app\` to be the file and the export that a ${workerType} loads, as './tasks.js:huey', got undefined`,
    ],
    [
      'a storage of this process alone',
      () => new MemoryHuey().createConsumer({ workerType, app: './app.js:huey' }),
      'on a storage that processes share',
    ],
  ])('is refused with %s', (_, create, message) => {
    expect(create).toThrow(message);
  });
});

describe('the parent', () => {
  it('takes its processes with it when it is killed', async () => {
    const folder = temporaryFolder();
    const database = join(folder, 'queue.db');
    const app = appFile(folder, database);
    const { huey, where } = scenarioApp(database);
    const parent = fork(join(ROOT, 'fixtures/apps/parent.ts'), [database, `${app}:huey`], {
      execArgv: ['--import', 'tsx'],
      cwd: ROOT,
    });
    const [pid] = (await (await where()).get(get)).split('/').map(Number);
    expect(pid).not.toBe(parent.pid);
    expect(host.isProcessAlive(pid!)).toBe(true);
    parent.kill('SIGKILL');
    const gone = async (): Promise<void> => {
      while (isRunning(pid!)) await host.turn();
    };
    await inTime('the worker to end', gone());
    await huey.close();
  });
});

/** A process that has ended but was not reaped yet is a zombie; where its parent is gone, that is init's affair. */
function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return host.isProcessAlive(pid);
  if (!existsSync(status)) return false;
  return !/\) Z /.test(readFileSync(status, 'latin1'));
}
