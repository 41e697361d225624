// The log: the words for each signal, the three formats, what is left out, and a file that cannot be written.
import { describe, expect, it } from 'vitest';
import { crontab, type Signal, SIGNALS, type Task } from 'huey-ts';
import { engineOf } from '../../src/engine/engine-of.js';
import { fileLog, fileWriter, Log } from '../../src/cli/log.js';
import {
  jsonFormat,
  type Level,
  type LogFormat,
  plainFormat,
  simpleFormat,
} from '../../src/cli/log-record.js';
import { TaskLog } from '../../src/cli/task-log.js';
import { FakeOutput, setup as setupApp } from './fake-host.js';

const TASK: Task = {
  id: 'a1',
  name: 'add',
  args: [1],
  retries: 2,
  retryDelayMs: 0,
  retryBackoff: 1,
  attempt: 0,
};

function setup(format: LogFormat = plainFormat, least: Level = 'DEBUG') {
  const app = setupApp();
  app.huey.periodicTask('nightly', crontab({ minute: '0' }), () => {});
  let text = '';
  const log = new Log((more) => (text += more), { format, least }, app.host);
  const tasks = new TaskLog(engineOf(app.huey), log);
  return {
    ...app,
    log,
    tasks,
    hear: (signal: Signal, task: Partial<Task> = {}, error?: unknown) =>
      void tasks.hear(signal, { ...TASK, ...task }, error),
    lines: () => {
      log.flush();
      return text.split('\n').slice(0, -1);
    },
  };
}

const HEAD = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] /;

describe('the log of tasks', () => {
  it.each<[Signal, Partial<Task>, string]>([
    ['enqueued', {}, 'DEBUG:huey:4711:Enqueued add: a1'],
    ['enqueued', { name: 'nightly', args: [] }, 'INFO:huey:4711:Enqueueing periodic task nightly: a1.'],
    ['enqueued', { name: 'nightly', args: [], attempt: 1 }, 'DEBUG:huey:4711:Enqueued nightly: a1'],
    ['scheduled', { eta: 0 }, 'INFO:huey:4711:Adding add: a1 to schedule, due 1970-01-01 00:00:00Z'],
    ['executing', { priority: 5 }, 'INFO:huey:4711:Executing add: a1 p=5'],
    ['complete', {}, 'INFO:huey:4711:add: a1 executed in 0.000s'],
    ['error', {}, 'ERROR:huey:4711:Unhandled exception in task add: a1.'],
    ['retrying', {}, 'INFO:huey:4711:Requeueing add: a1, 2 retries left'],
    ['revoked', {}, 'WARNING:huey:4711:Task add: a1 was revoked, not executing.'],
    ['canceled', {}, 'WARNING:huey:4711:Task add: a1 raised CancelExecution, canceling.'],
    ['expired', {}, 'WARNING:huey:4711:Task add: a1 expired, not executing.'],
    ['interrupted', {}, 'WARNING:huey:4711:Received exit signal, task add: a1 did not finish.'],
    ['locked', {}, 'WARNING:huey:4711:Task add: a1 not executed, unable to acquire lock.'],
    ['rate-limited', {}, 'WARNING:huey:4711:Task add: a1 not executed, its rate limit is used up.'],
    ['timeout', {}, 'WARNING:huey:4711:Task add: a1 ran longer than its timeout.'],
  ])('has words for %s of %j', (signal, task, line) => {
    const { hear, lines } = setup();
    hear(signal, task);
    expect(lines().map((text) => text.replace(HEAD, ''))).toEqual([line]);
  });

  it('has words for every signal', () => {
    const { hear, lines } = setup();
    for (const signal of SIGNALS) hear(signal);
    expect(lines()).toHaveLength(SIGNALS.length);
    expect(lines().join('\n')).not.toContain('undefined');
  });

  it('tells how long a task took, though two ran at once', () => {
    const { hear, lines, clock } = setup(simpleFormat);
    hear('executing', { id: 'a' });
    clock.set(clock.now() + 1000);
    hear('executing', { id: 'b' });
    clock.set(clock.now() + 234);
    hear('complete', { id: 'a' });
    hear('complete', { id: 'b' });
    expect(
      lines()
        .slice(2)
        .map((line) => line.slice(9)),
    ).toEqual(['add: a executed in 1.234s', 'add: b executed in 0.234s']);
  });

  it('counts, and knows what runs', () => {
    const { hear, tasks } = setup();
    for (const id of ['a', 'b', 'c', 'd']) hear('executing', { id });
    hear('complete', { id: 'a' });
    hear('error', { id: 'b' }, new Error('x'));
    hear('interrupted', { id: 'c' });
    expect(tasks.counts).toEqual({ executed: 1, failed: 1, interrupted: 1, running: 1 });
  });

  it('shows the stack of an error, and of its cause', () => {
    const { hear, lines } = setup();
    hear('error', {}, new RangeError('outer', { cause: new TypeError('inner') }));
    const text = lines().join('\n');
    expect(text).toMatch(
      /exception in task add: a1\.\nRangeError: outer\n +at [^]*\nCaused by:\nTypeError: inner\n +at /,
    );
  });

  it('leaves out what does not matter enough', () => {
    for (const [least, count] of [
      ['DEBUG', 3],
      ['INFO', 2],
      ['WARNING', 1],
      ['ERROR', 0],
    ] as const) {
      const { hear, lines } = setup(plainFormat, least);
      for (const signal of ['enqueued', 'executing', 'locked'] as const) hear(signal);
      expect([least, lines().length]).toEqual([least, count]);
    }
  });

  it('is short when it is to be simple', () => {
    const { hear, lines } = setup(simpleFormat);
    hear('executing');
    expect(lines()[0]).toMatch(/^\d\d:\d\d:\d\d Executing add: a1$/);
  });

  it('is a document a line for programs', () => {
    const { hear, lines } = setup(jsonFormat);
    hear('executing');
    hear('error', {}, new RangeError('out of stock'));
    expect(lines().map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        level: 'info',
        source: 'huey',
        pid: 4711,
        message: 'Executing add: a1',
        event: 'executing',
        task: 'add',
        id: 'a1',
        attempt: 0,
      },
      expect.objectContaining({
        level: 'error',
        duration: 0,
        error: { name: 'RangeError', message: 'out of stock', stack: expect.stringContaining('RangeError') },
      }),
    ]);
  });
});

describe('a log', () => {
  it('is written once a turn of the loop', async () => {
    const { host } = setupApp();
    const written: string[] = [];
    const log = new Log((text) => void written.push(text), { format: simpleFormat, least: 'INFO' }, host);
    log.line('INFO', 'huey', 'one');
    log.line('INFO', 'huey', 'two');
    expect(written).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(written.map((text) => text.split('\n').length)).toEqual([3]);
  });

  it('takes what the engine reports', () => {
    const { log, lines } = setup();
    log.asLogger().error('tick failed', { loop: 'worker', retryInMs: 100, error: new Error('away') });
    const [line, stack] = lines();
    expect(line!.replace(HEAD, '')).toBe('ERROR:huey.engine:4711:tick failed loop=worker retryInMs=100');
    expect(stack).toBe('Error: away');
  });

  it('survives a full disk, and says what was lost', () => {
    const stderr = new FakeOutput();
    let isFull = true;
    const written: string[] = [];
    const write = fileWriter(
      (text) => {
        if (isFull) throw new Error('ENOSPC: no space left on device');
        written.push(text);
      },
      'huey.log',
      stderr,
    );
    write('a\nb\n');
    write('c\n');
    isFull = false;
    write('d\n');
    expect(written).toEqual(['d\n']);
    expect(stderr.lines).toEqual([
      'huey: cannot write to huey.log: ENOSPC: no space left on device; the work goes on unlogged',
      'huey: huey.log can be written again; 3 lines were lost',
    ]);
  });

  it('needs a file that can be opened', () => {
    const { host } = setupApp();
    expect(() => fileLog('no/such/folder/huey.log', { format: plainFormat, least: 'INFO' }, host)).toThrow(
      /^cannot write the log to no\/such\/folder\/huey\.log: ENOENT.*choose another --logfile$/,
    );
  });
});
