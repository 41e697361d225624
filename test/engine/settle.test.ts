// What follows from the end of a task, case by case: the changes that are stored in one step, then what is announced,
// both in their order. The function is pure and total: the same for the same ending, and an answer for every ending.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CancelExecution,
  DeliveriesExhausted,
  RateLimitExceeded,
  RetryTask,
  TaskException,
  TaskLockedException,
  TaskTimeout,
} from '../../src/errors.js';
import { Codec } from '../../src/engine/codec.js';
import { type Announcement, passOn, settle, type SettleSettings } from '../../src/engine/settle.js';
import type { Outcome } from '../../src/model/outcome.js';
import { args, kwargs } from '../../src/model/pass-on.js';
import { jsonSerializer } from '../../src/model/serializer.js';
import type { Task } from '../../src/model/task.js';
import type { Effect } from '../../src/storage/storage.js';
import { cells } from '../table.js';

const NOW = Date.UTC(2026, 0, 1);
const codec = new Codec(jsonSerializer, 1_000_000);

function task(name: string, values: Partial<Task> = {}): Task {
  return { id: name, name, args: [], retries: 0, retryDelayMs: 0, retryBackoff: 1, attempt: 0, ...values };
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'returned 3': { kind: 'returned', value: 3 },
  'returned null': { kind: 'returned', value: null },
  'returned nothing': { kind: 'returned', value: undefined },
  'returned args': { kind: 'returned', value: args(1, 2) },
  'returned kwargs': { kind: 'returned', value: kwargs({ n: 1 }) },
  raised: { kind: 'raised', error: new Error('no') },
  'timed out': { kind: 'timed-out', error: new TaskTimeout(1000) },
  locked: { kind: 'locked', error: new TaskLockedException('db') },
  'rate limited': { kind: 'rate-limited', error: new RateLimitExceeded('api', 7000, true) },
  'rate limited, no retry': { kind: 'rate-limited', error: new RateLimitExceeded('api', 7000, false) },
  'retry asked': { kind: 'retry-asked', error: new RetryTask('later') },
  'retry asked in 1m': { kind: 'retry-asked', error: new RetryTask('later', { delay: '1m' }) },
  canceled: { kind: 'canceled', error: new CancelExecution() },
  'canceled, retry': { kind: 'canceled', error: new CancelExecution({ retry: true }) },
  'canceled, no retry': { kind: 'canceled', error: new CancelExecution({ retry: false }) },
  exhausted: { kind: 'exhausted', error: new DeliveriesExhausted(3) },
  prevented: { kind: 'prevented' },
  revoked: { kind: 'revoked', once: false },
  'revoked once': { kind: 'revoked', once: true },
  expired: { kind: 'expired' },
  postponed: { kind: 'postponed', eta: NOW + 5000 },
  interrupted: { kind: 'interrupted' },
};

const TASKS: Readonly<Record<string, Partial<Task>>> = {
  '': {},
  retries: { retries: 2 },
  delay: { retries: 2, retryDelayMs: 1000, retryBackoff: 3 },
  handler: { onError: { head: task('handler', { args: ['given'] }), next: [] } },
  'handler, stage': { onError: { head: task('handler'), next: [task('after')] } },
  chord: { chord: { id: 'c', index: 1 } },
};

const SETTINGS: Readonly<Record<string, Partial<SettleSettings>>> = {
  '': {},
  'no results': { results: false },
  storeNone: { storeNone: true },
  'no intermediate': { storeIntermediateErrors: false },
  '1m': { resultExpiresMs: 60_000 },
};

const PARTS = [['retries', 'delay'], ['handler', 'handler, stage'], ['chord'], ['stage']];

/** An ending, from the words of a row: which outcome, which kind of task, which settings. */
function setup(outcome: string, kind = '', setting = '') {
  const words = kind.split(' + ').filter((word) => word !== '' && word !== 'stage');
  const ended = task('work', Object.assign({}, ...words.map((word) => TASKS[word])) as Partial<Task>);
  const next = kind.includes('+ stage') || kind === 'stage' ? [task('next', { args: [0] })] : [];
  const item = codec.encode({ head: ended, next }, NOW - 1000);
  const ending = { item, ...codec.decode(item), outcome: OUTCOMES[outcome]!, now: NOW };
  const settings: SettleSettings = {
    codec,
    results: true,
    storeNone: false,
    storeIntermediateErrors: true,
    resultExpiresMs: undefined,
    ...SETTINGS[setting],
  };
  return { ending, settings, task: ended };
}

function inWords(effect: Effect): string {
  switch (effect.kind) {
    case 'put': {
      const isFailure = effect.data.startsWith('error\t');
      const value = codec.decodeValue(isFailure ? effect.data.slice(6) : effect.data);
      const shown = isFailure
        ? `failure, ${(value as { retries: number }).retries} left`
        : JSON.stringify(value);
      return `put ${shown}${effect.expiresAt === undefined ? '' : ` for ${effect.expiresAt - NOW}ms`}`;
    }
    case 'enqueue':
    case 'schedule': {
      const { head, next } = codec.decodeChain(effect.item);
      const given = head.args.map((value) =>
        value instanceof Error ? value.message : JSON.stringify(value),
      );
      const named = head.kwargs === undefined ? [] : [JSON.stringify(head.kwargs)];
      const left = head.attempt === 0 ? '' : `#${head.attempt}`;
      const chain = [
        `${head.name}${left}(${[...given, ...named].join(' ')})`,
        ...next.map(({ name }) => name),
      ];
      const due = effect.kind === 'schedule' ? ` in ${effect.dueAt - NOW}ms` : '';
      return `${effect.kind} ${chain.join('>')}${due}`;
    }
    case 'report': {
      const value = codec.decodeValue(effect.data);
      return `report ${value instanceof Error ? value.message : JSON.stringify(value)}`;
    }
    case 'bury':
      return `bury ${effect.item.id}`;
    default:
      return effect.kind;
  }
}

function announced(announcement: Announcement, effects: readonly Effect[]): string {
  if (announcement.kind === 'callback') {
    expect(effects[announcement.effect]).toMatchObject({ kind: 'report' });
    return 'callback';
  }
  if (announcement.kind === 'post-execute')
    return announcement.error === undefined ? 'after' : 'after failure';
  const { signal, task, effect } = announcement;
  if (effect !== undefined) expect(effects[effect]).toMatchObject({ kind: 'enqueue', item: { id: task.id } });
  return signal === 'enqueued' ? `enqueued ${task.name}` : signal;
}

const TABLE = cells(`
  returned 3       |                 |            | unrevoke, put 3                                        | after, complete
  returned 3       |                 | no results | unrevoke                                               | after, complete
  returned 3       |                 | 1m         | unrevoke, put 3 for 60000ms                            | after, complete
  returned null    |                 |            | unrevoke                                               | after, complete
  returned null    |                 | storeNone  | unrevoke, put null                                     | after, complete
  returned nothing |                 | storeNone  | unrevoke, put null                                     | after, complete
  returned 3       | stage           |            | unrevoke, put 3, enqueue next(0 3)                     | after, complete, enqueued next
  returned 3       | stage           | no results | unrevoke, enqueue next(0 3)                            | after, complete, enqueued next
  returned null    | stage           | storeNone  | unrevoke, put null, enqueue next(0)                    | after, complete, enqueued next
  returned args    | stage           | no results | unrevoke, enqueue next(0 1 2)                          | after, complete, enqueued next
  returned kwargs  | stage           | no results | unrevoke, enqueue next(0 {"n":1})                      | after, complete, enqueued next
  returned 3       | chord           |            | unrevoke, put 3, report 3                              | after, complete, callback
  returned nothing | chord           |            | unrevoke, report null                                  | after, complete, callback
  returned 3       | chord + stage   |            | unrevoke, put 3, enqueue next(0 3)                     | after, complete, enqueued next
  returned 3       | retries + handler |          | unrevoke, put 3                                        | after, complete

  raised           |                 |            | unrevoke, put failure, 0 left                          | error, after failure
  raised           |                 | no results | unrevoke                                               | error, after failure
  raised           |                 | 1m         | unrevoke, put failure, 0 left for 60000ms              | error, after failure
  raised           | stage           |            | unrevoke, put failure, 0 left                          | error, after failure
  raised           | retries         |            | unrevoke, put failure, 2 left, enqueue work#1()        | error, after failure, retrying, enqueued work
  raised           | retries         | no intermediate | unrevoke, enqueue work#1()                        | error, after failure, retrying, enqueued work
  raised           | retries + stage | no results | unrevoke, enqueue work#1()>next                        | error, after failure, retrying, enqueued work
  raised           | delay           |            | unrevoke, put failure, 2 left, schedule work#1() in 1000ms | error, after failure, retrying, scheduled
  raised           | delay + stage   | no results | unrevoke, schedule work#1()>next in 1000ms             | error, after failure, retrying, scheduled
  raised           | handler         |            | unrevoke, put failure, 0 left, enqueue handler("given" no) | error, after failure, enqueued handler
  raised           | handler, stage  | no results | unrevoke, enqueue handler(no)>after                    | error, after failure, enqueued handler
  raised           | handler + retries | no results | unrevoke, enqueue handler("given" no), enqueue work#1() | error, after failure, enqueued handler, retrying, enqueued work
  raised           | handler + retries | no intermediate | unrevoke, enqueue work#1()                      | error, after failure, retrying, enqueued work
  raised           | handler         | no intermediate | unrevoke, put failure, 0 left, enqueue handler("given" no) | error, after failure, enqueued handler
  raised           | chord           | no results | unrevoke, report no                                    | error, after failure, callback
  raised           | chord + handler | no results | unrevoke, enqueue handler("given" no), report no       | error, after failure, enqueued handler, callback
  raised           | chord + stage   | no results | unrevoke, report no                                    | error, after failure, callback
  raised           | chord + retries | no results | unrevoke, enqueue work#1()                             | error, after failure, retrying, enqueued work

  timed out        |                 |            | unrevoke, put failure, 0 left                          | timeout, after failure
  timed out        | retries         | no results | unrevoke, enqueue work#1()                             | timeout, after failure, retrying, enqueued work
  locked           |                 |            | unrevoke, put failure, 0 left                          | locked, after failure
  locked           | delay           | no results | unrevoke, schedule work#1() in 1000ms                  | locked, after failure, retrying, scheduled
  rate limited     |                 |            | unrevoke, put failure, 1 left, schedule work#1() in 7000ms | rate-limited, after failure, retrying, scheduled
  rate limited     | delay           | no results | unrevoke, schedule work#1() in 1000ms                  | rate-limited, after failure, retrying, scheduled
  rate limited, no retry |           |            | unrevoke, put failure, 0 left                          | rate-limited, after failure
  rate limited, no retry | retries   | no results | unrevoke, schedule work#1() in 7000ms                  | rate-limited, after failure, retrying, scheduled
  retry asked      |                 |            | unrevoke, put failure, 1 left, enqueue work#1()        | after failure, retrying, enqueued work
  retry asked      | delay           | no results | unrevoke, schedule work#1() in 1000ms                  | after failure, retrying, scheduled
  retry asked in 1m |                | no results | unrevoke, schedule work#1() in 60000ms                 | after failure, retrying, scheduled
  retry asked      | handler         | no results | unrevoke, enqueue handler("given" later), enqueue work#1() | after failure, enqueued handler, retrying, enqueued work
  canceled         |                 |            | unrevoke, put failure, 0 left                          | canceled, after failure
  canceled         | retries         | no results | unrevoke, enqueue work#1()                             | canceled, after failure, retrying, enqueued work
  canceled, retry  |                 | no results | unrevoke, enqueue work#1()                             | canceled, after failure, retrying, enqueued work
  canceled, no retry | retries + chord | no results | unrevoke, report the execution was cancelled         | canceled, after failure, callback
  exhausted        | retries         |            | unrevoke, put failure, 0 left, bury work               | error, after failure
  exhausted        | chord + handler | no results | unrevoke, bury work, enqueue handler("given" delivered 3 times and never ended: its worker died each time; see the dead letters), report delivered 3 times and never ended: its worker died each time; see the dead letters | error, after failure, enqueued handler, callback

  prevented        | retries + handler + stage |  |                                                        | canceled
  prevented        | chord           |            | report null                                            | canceled, callback
  revoked          | retries + handler + stage |  |                                                        | revoked
  revoked once     |                 |            | unrevoke                                               | revoked
  revoked once     | chord           |            | unrevoke, report null                                  | revoked, callback
  expired          | chord           |            | report null                                            | expired, callback
  postponed        | stage           |            | schedule work()>next in 5000ms                         | scheduled
  interrupted      | retries + chord |            | release                                                | interrupted
`);

describe('settle', () => {
  it.each(TABLE)('%s | %s | %s', (outcome, kind, setting, effects, announcements) => {
    const { ending, settings } = setup(outcome, kind, setting);
    const settled = settle(ending, settings);
    expect(settled.effects.map(inWords).join(', ')).toBe(effects);
    expect(settled.announcements.map((one) => announced(one, settled.effects)).join(', ')).toBe(
      announcements,
    );
  });

  it('has a row for every outcome', () => {
    expect(new Set(TABLE.map(([outcome]) => outcome))).toEqual(new Set(Object.keys(OUTCOMES)));
  });

  it('tells of a retry with the retries that this one still counts among', () => {
    const { ending, settings } = setup('raised', 'retries');
    const told = settle(ending, settings).announcements.filter(({ kind }) => kind === 'signal');
    expect(told.map((one) => 'task' in one && [one.task.retries, one.task.attempt])).toEqual([
      [2, 0],
      [2, 0],
      [1, 1],
    ]);
  });

  it('has an item that waits for its retry expire as of when it was first enqueued, and one that does not, anew', () => {
    const items = ['retries', 'delay'].map((kind) => {
      const { ending, settings } = setup('raised', kind, 'no results');
      return settle(ending, settings).effects.find((effect) => 'item' in effect)!;
    });
    expect(items.map((effect) => 'item' in effect && effect.item.enqueuedAt)).toEqual([NOW, NOW - 1000]);
  });

  it('reports the original of a failure that only passes on the failure of another task', () => {
    const original = new RangeError('the first');
    const error = new TaskException({ error: original, retries: 0, traceback: undefined, taskId: 'other' });
    const { ending, settings } = setup('raised');
    const [, put] = settle({ ...ending, outcome: { kind: 'raised', error } }, settings).effects;
    const { error: stored } = codec.decodeValue((put as { data: string }).data.slice(6)) as { error: Error };
    expect([stored.name, stored.message]).toEqual(['RangeError', 'the first']);
  });

  const anyEnding = fc.record({
    outcome: fc.constantFrom(...Object.keys(OUTCOMES)),
    kind: fc
      .tuple(...PARTS.map((words) => fc.constantFrom('', ...words)))
      .map((words) => words.filter((word) => word !== '').join(' + ')),
    setting: fc.constantFrom(...Object.keys(SETTINGS)),
  });

  it('is pure: it changes nothing, and says the same again', () => {
    fc.assert(
      fc.property(anyEnding, ({ outcome, kind, setting }) => {
        const { ending, settings } = setup(outcome, kind, setting);
        const before = JSON.stringify(ending);
        for (const part of [ending, ending.task, settings]) Object.freeze(part);
        expect(settle(ending, settings)).toEqual(settle(ending, settings));
        expect(JSON.stringify(ending)).toBe(before);
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });

  it('is total: the task goes on, or is over and its successors and its chord know', () => {
    fc.assert(
      fc.property(anyEnding, ({ outcome, kind, setting }) => {
        const { ending, settings, task } = setup(outcome, kind, setting);
        const { effects, announcements } = settle(ending, settings);
        const queued = effects.filter((effect) => effect.kind === 'enqueue' || effect.kind === 'schedule');
        const goesOn = queued.filter(({ item }) => item.id === task.id).length;
        const released = effects.filter((effect) => effect.kind === 'release').length;
        const succeeded = queued.filter(({ item }) => item.id === 'next').length;
        const reports = effects.filter((effect) => effect.kind === 'report').length;
        const hasNext = ending.rest !== undefined && ending.outcome.kind === 'returned';
        expect(goesOn + released).toBeLessThanOrEqual(1);
        expect(succeeded).toBe(hasNext ? 1 : 0);
        expect(reports).toBe(task.chord === undefined || hasNext || goesOn + released > 0 ? 0 : 1);
        // Nothing enters the queue in silence.
        const told = announcements.flatMap((one) =>
          'effect' in one && one.effect !== undefined ? [one.effect] : [],
        );
        const audible = effects.flatMap((effect, index) =>
          ['enqueue', 'report'].includes(effect.kind) ? [index] : [],
        );
        expect(told).toEqual(audible);
        // What went on starts from the message.
        for (const { item } of queued) expect(codec.decodeChain(item)).toBeDefined();
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});

describe('passOn', () => {
  it.each<[string, unknown, Partial<Task>]>([
    ['a value', 3, { args: [0, 3] }],
    ['a list, as one', [1, 2], { args: [0, [1, 2]] }],
    ['false and zero', false, { args: [0, false] }],
    ['nothing for null', null, { args: [0] }],
    ['nothing for undefined', undefined, { args: [0] }],
    ['several for args()', args(1, 2), { args: [0, 1, 2] }],
    ['none for an empty args()', args(), { args: [0] }],
    [
      'names for kwargs(), but for those that are given',
      kwargs({ a: 9, b: 2 }),
      { args: [0], kwargs: { a: 1, b: 2 } },
    ],
  ])('appends %s', (_, value, changed) => {
    const given = task('next', { args: [0], kwargs: { a: 1 } });
    expect(passOn(given, value)).toEqual({ ...given, ...changed });
    expect(given).toEqual(task('next', { args: [0], kwargs: { a: 1 } }));
  });

  it('adds no kwargs where there are none', () => {
    expect(passOn(task('next'), kwargs({}))).toEqual(task('next'));
  });
});
