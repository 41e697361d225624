// Every invariant sees its violation planted, and says nothing of the same story told right.
import { crontab } from 'huey-ts';
import { describe, expect, it } from 'vitest';
import { chosenInvariants, INVARIANTS } from '../../../sim/invariants/invariants.js';
import { revokedKey, revokedTaskKey } from '../../../src/storage/storage.js';
import { raised, returned, START, Story } from './facts.js';

/** Tells the story as it should be, or with the fault. */
type Plot = (story: Story, isWrong: boolean) => void;

const PLOTS: Readonly<Record<number, Plot>> = {
  1(story, isWrong) {
    const task = story.task('a');
    const flight = story.taken(task);
    story.executing(task, flight.delivery);
    if (!isWrong) story.tell('recovered', { item: flight.delivery.item, flight, now: START });
    story.executing(task, story.delivery(flight.delivery.item));
  },
  2(story, isWrong) {
    const task = story.task('a', { eta: START + 1000 });
    const { delivery } = story.taken(task);
    story.executing(task, delivery, { clock: START + (isWrong ? 999 : 1000) });
  },
  3(story, isWrong) {
    const task = story.task('a');
    story.tell('put', { key: revokedKey('a'), data: '{"once":false}', expiresAt: undefined });
    const { delivery } = story.taken(task);
    if (!isWrong)
      story.tell('removed', {
        key: revokedKey('a'),
        by: 'delete',
        data: undefined,
        isTrue: true,
        now: START,
      });
    story.executing(task, delivery);
  },
  4(story, isWrong) {
    const key = revokedTaskKey('work');
    story.tell('put', { key, data: '{"once":true}', expiresAt: undefined });
    const [first, second] = [story.taken(story.task('a')), story.taken(story.task('b'))];
    story.tell('removed', { key, by: 'deleteIf', data: undefined, isTrue: true, now: START });
    story.ended(story.task('a'), first.delivery, { kind: 'revoked', once: false });
    if (isWrong) story.ended(story.task('b'), second.delivery, { kind: 'revoked', once: false });
    else story.executing(story.task('b'), second.delivery);
  },
  5(story, isWrong) {
    const data = JSON.stringify({ once: false, until: START + 1000 });
    story.tell('put', { key: revokedKey('a'), data, expiresAt: undefined });
    const task = story.task('a');
    const { delivery } = story.taken(task);
    story.executing(task, delivery, { clock: START + (isWrong ? 999 : 1000) });
  },
  6(story, isWrong) {
    const request = { name: 'l', places: 1, now: START };
    story.tell('acquired', { request: { ...request, owner: 'a' }, isGranted: true });
    if (!isWrong) story.tell('let-go', { name: 'l', owner: 'a' });
    story.tell('acquired', { request: { ...request, owner: 'b' }, isGranted: true });
  },
  7(story, isWrong) {
    const flight = story.taken(story.task('a'));
    const { receipt } = flight.delivery;
    const request = { name: 'l', places: 1, now: START, owner: receipt };
    story.tell('acquired', { request, isGranted: true });
    story.settled(flight, story.ended(story.task('a'), flight.delivery, returned()));
    if (!isWrong) story.tell('let-go', { name: 'l', owner: receipt });
    story.tell('called', { op: 'peek', args: [], answer: undefined });
  },
  8(story, isWrong) {
    const [low, high] = [story.item(story.task('a')), story.item(story.task('b', { priority: 1 }))];
    story.tell('enqueued', { item: low, origin: 'call' }).tell('enqueued', { item: high, origin: 'call' });
    story.tell('taken', { flight: story.flight(story.delivery(isWrong ? low : high)) });
  },
  9(story, isWrong) {
    const task = story.task('a', { expires: { afterMs: 1000 } });
    const { delivery } = story.taken(task);
    story.executing(task, delivery, { clock: START + (isWrong ? 1001 : 1000) });
  },
  10(story, isWrong) {
    const attempts = [0, 1, ...(isWrong ? [2] : [])];
    story.tell('enqueued', { item: story.item(story.task('a')), origin: 'call' });
    for (const attempt of attempts) {
      const task = story.task('a', { retries: 1 - attempt, attempt });
      story.executing(task, story.delivery(story.item(task)));
    }
  },
  11(story, isWrong) {
    for (const [attempt, dueMs] of [
      [0, 2000],
      [1, isWrong ? 4000 : 6000],
    ] as const) {
      const task = story.task('a', { retries: 3 - attempt, attempt, retryDelayMs: 2000, retryBackoff: 3 });
      const { delivery } = story.taken(task);
      const item = story.item({ ...task, attempt: attempt + 1 });
      story.executing(task, delivery);
      story.ended(task, delivery, raised, [{ kind: 'schedule', item, dueAt: START + story.time + dueMs }]);
    }
  },
  12(story, isWrong) {
    story.huey.periodicTask('minutely', crontab(), () => {});
    const item = story.item(story.task('tick'));
    const slot = START / 60_000;
    story.tell('ticked', { ticker: 'minutely', slot, isFirst: true, item });
    story.tell('ticked', { ticker: 'minutely', slot, isFirst: isWrong, item });
  },
  13(story, isWrong) {
    story.tell('enqueued', { item: story.item(story.task('a')), origin: 'call' });
    story.end({ pending: isWrong ? [] : [story.item(story.task('a'))] });
  },
  14(story, isWrong) {
    const flight = story.taken(story.task('a'));
    const execution = story.ended(story.task('a'), flight.delivery, returned());
    if (!isWrong) story.settled(flight, execution);
    story.tell('signalled', { signal: 'complete', task: story.task('a'), error: undefined });
  },
  15(story, isWrong) {
    const callback = { item: story.item(story.task('c')), tail: '' };
    story.tell('opened', { chord: 'c1', size: 2, callback });
    story.tell('reported', { chord: 'c1', index: 1, data: '"b"', callback: undefined });
    const data = [callback.item.data, ...(isWrong ? ['"b"', '"a"'] : ['"a"', '"b"'])].join('\t');
    const enqueued = { ...story.item(story.task('c')), id: 'c', data };
    story.tell('reported', { chord: 'c1', index: 0, data: '"a"', callback: enqueued });
  },
  16(story, isWrong) {
    const [first, next] = [story.task('a'), story.task('b')];
    const flight = story.taken(first, [next]);
    const effects = isWrong ? [] : [{ kind: 'enqueue' as const, item: story.item(next) }];
    story.settled(flight, story.ended(first, flight.delivery, returned(1), effects));
  },
  17(story, isWrong) {
    const request = { name: 'r', limit: 1, windowMs: 1000, now: START };
    story.tell('counted', { request, count: 1 });
    story.tell('counted', { request, count: isWrong ? 1 : 2 });
  },
  18(story, isWrong) {
    const task = story.task('a');
    const signals = isWrong ? (['complete'] as const) : (['executing', 'complete'] as const);
    for (const signal of signals) story.tell('signalled', { signal, task, error: undefined });
  },
  19(story, isWrong) {
    const flight = story.taken(story.task('a'));
    story.settled(flight, story.ended(story.task('a'), flight.delivery, returned(1)));
    if (!isWrong) story.tell('put', { key: 'a', data: '1', expiresAt: undefined });
    story.tell('signalled', { signal: 'complete', task: story.task('a'), error: undefined });
  },
  20: (story, isWrong) => void story.end({ locks: isWrong ? ['l'] : [] }),
  21(story, isWrong) {
    const [first, second] = [story.taken(story.task('a')), story.taken(story.task('b'))];
    story.tell('began', { delivery: first.delivery });
    if (!isWrong) story.ended(story.task('a'), first.delivery, returned());
    story.tell('began', { delivery: second.delivery }, { actor: 'n/worker-2' });
  },
  22(story, isWrong) {
    const task = story.task('a', { timeoutMs: 1000 });
    const { delivery } = story.taken(task);
    story.executing(task, delivery);
    story.time = isWrong ? 1500 : 1000;
    story.ended(task, delivery, returned());
  },
  23(story, isWrong) {
    const effects = [
      { kind: 'put', key: revokedKey('a'), data: '{"once":true}' },
      { kind: 'enqueue', item: story.item(story.task('copy')) },
    ] as const;
    const early = isWrong ? undefined : story.taken(story.task('a'));
    story.tell('settled', {
      settlement: { effects },
      flight: undefined,
      execution: undefined,
      task: undefined,
    });
    const { delivery } = early ?? story.taken(story.task('a'));
    story.executing(story.task('a'), delivery);
  },
  24(story, isWrong) {
    const args = ['k', 'data', START];
    story.tell('called', { op: 'putIfEmpty', args, answer: true });
    story.tell('called', { op: 'peek', args: ['k', START], answer: isWrong ? 'other' : 'data' });
  },
  25(story, isWrong) {
    const flight = story.taken(story.task('a'));
    story.tell('lease-kept', { lease: 'lease', until: START + 1000, now: START });
    const now = START + (isWrong ? 999 : 1000);
    story.tell('recovered', { item: flight.delivery.item, flight, now });
  },
  26: (story, isWrong) => void story.end({ isDrained: !isWrong }),
  27(story, isWrong) {
    const item = story.item(story.task('a'));
    story.tell('taken', { flight: story.flight(story.delivery(item, isWrong ? 4 : 3)) });
  },
};

describe('the invariants', () => {
  it('are twenty-seven, numbered in order, with names of their own', () => {
    expect(INVARIANTS.map(({ number }) => number)).toEqual(
      Array.from({ length: 27 }, (_, index) => index + 1),
    );
    expect(new Set(INVARIANTS.map(({ name }) => name)).size).toBe(27);
  });

  it.each(INVARIANTS.map(({ number, name }) => [number, name] as const))(
    '%i, %s: see what is planted, and nothing else',
    (number) => {
      const right = new Story(number);
      PLOTS[number]!(right, false);
      expect(right.complaints).toEqual([]);
      const wrong = new Story(number);
      PLOTS[number]!(wrong, true);
      expect(wrong.complaints).toHaveLength(1);
    },
  );

  it('are chosen by name, by number, or given', () => {
    const own = { ...INVARIANTS[0]!, name: 'own' };
    expect(chosenInvariants([6, 'liveness', own]).map(({ name }) => name)).toEqual([
      'lock-holders',
      'liveness',
      'own',
    ]);
    expect(() => chosenInvariants(['lock'])).toThrow(
      /expected invariants to be among 1 single-execution, .* got lock/,
    );
  });
});

// More ways to break what the first table breaks in one.
describe.each<[name: string, number: number, plot: Plot]>([
  [
    'a second life is begun that nobody gave',
    10,
    (story, isWrong) => {
      const task = story.task('tick');
      const item = story.item(task);
      story.tell('enqueued', { item, origin: 'tick' });
      const [first, second] = [story.flight(story.delivery(item)), story.flight(story.delivery(item, 2))];
      if (!isWrong) story.tell('recovered', { item, flight: first, now: START });
      // The one who was taken for dead is the last to begin.
      for (const { delivery } of [second, first]) story.executing(task, delivery);
    },
  ],
  [
    'a zombie begins an earlier attempt than the latest',
    1,
    (story, isWrong) => {
      const task = story.task('a', { retries: 1 });
      const first = story.taken(task);
      if (!isWrong) story.tell('recovered', { item: first.delivery.item, flight: first, now: START });
      const again = story.task('a', { attempt: 1 });
      story.executing(task, story.delivery(story.item(task), 2));
      story.executing(again, story.delivery(story.item(again)));
      story.executing(task, first.delivery);
    },
  ],
  [
    'a task is skipped that nobody revoked',
    3,
    (story, isWrong) => {
      const { delivery } = story.taken(story.task('a'));
      story.ended(story.task('a'), delivery, isWrong ? { kind: 'revoked', once: false } : returned());
    },
  ],
  [
    'a one-time revocation is used up twice',
    4,
    (story, isWrong) => {
      const key = revokedTaskKey('work');
      story.tell('put', { key, data: '{"once":true}', expiresAt: undefined });
      for (let use = 0; use < (isWrong ? 2 : 1); use += 1)
        story.tell('removed', { key, by: 'deleteIf', data: undefined, isTrue: true, now: START });
    },
  ],
  [
    'a free lock is refused',
    7,
    (story, isWrong) => {
      const request = { name: 'l', places: 1, now: START };
      if (!isWrong) story.tell('acquired', { request: { ...request, owner: 'a' }, isGranted: true });
      story.tell('acquired', { request: { ...request, owner: 'b' }, isGranted: false });
    },
  ],
  [
    'a minute passes without its tick',
    12,
    (story, isWrong) => {
      story.huey.periodicTask('minutely', crontab(), () => {});
      const called = { op: 'handOver', args: [], answer: {} };
      story.tell('called', called);
      const item = story.item(story.task('tick'));
      if (!isWrong) story.tell('ticked', { ticker: 'minutely', slot: START / 60_000, isFirst: true, item });
      story.time = 130_000;
      story.tell('called', called);
    },
  ],
  [
    'a retry is forgotten',
    13,
    (story, isWrong) => {
      const task = story.task('a', { retries: isWrong ? 1 : 0 });
      const flight = story.taken(task);
      story.settled(flight, story.ended(task, flight.delivery, raised));
    },
  ],
  [
    'an item comes from nowhere',
    13,
    (story, isWrong) => {
      story.end({ pending: isWrong ? [story.item(story.task('a'))] : [] });
    },
  ],
  [
    'an acknowledged task never ends',
    13,
    (story, isWrong) => {
      const flight = story.taken(story.task('a'));
      const settlement = { receipt: flight.delivery.receipt, effects: [] };
      story.tell('settled', { settlement, flight, execution: undefined, task: 'a' });
      if (!isWrong) story.tell('disturbed', { what: 'crash' });
      story.end();
    },
  ],
  [
    'a chord never calls back',
    15,
    (story, isWrong) => {
      const callback = { item: story.item(story.task('c')), tail: '' };
      if (isWrong) story.tell('opened', { chord: 'c1', size: 2, callback });
      story.end();
    },
  ],
  [
    'a task runs without its grant',
    17,
    (story, isWrong) => {
      story.huey.task('limited', { rateLimit: { name: 'r', limit: 1, per: 1 } }, () => {});
      const task = story.task('a', { name: 'limited' });
      const { delivery } = story.taken(task);
      story.tell('began', { delivery });
      const request = { name: 'r', limit: 1, windowMs: 1000, now: START };
      story.tell('counted', { request, count: isWrong ? 2 : 1 });
      story.ended(task, delivery, returned());
    },
  ],
  [
    'a result is read twice',
    19,
    (story, isWrong) => {
      story.tell('put', { key: 'a', data: '1', expiresAt: undefined });
      for (let read = 0; read < 2; read += 1) {
        const data = read === 0 || isWrong ? '1' : undefined;
        story.tell('removed', { key: 'a', by: 'pop', data, isTrue: data !== undefined, now: START });
      }
    },
  ],
  [
    'a node that was told to stop takes more',
    21,
    (story, isWrong) => {
      story.tell('disturbed', { what: 'shutdown' });
      for (let turn = 0; turn < (isWrong ? 2 : 1); turn += 1)
        story.tell('called', { op: 'turn', args: [{ take: 1 }], answer: {} });
    },
  ],
  [
    'the dead make calls',
    25,
    (story, isWrong) => {
      story.tell('disturbed', { what: 'crash' });
      if (!isWrong) story.tell('disturbed', { what: 'restart' });
      story.tell('called', { op: 'turn', args: [{ take: 1 }], answer: {} });
    },
  ],
  [
    'a dead letter is lost',
    27,
    (story, isWrong) => {
      const item = story.item(story.task('a'));
      story.tell('buried', { item, reason: 'unreadable', flight: undefined });
      story.end({ dead: isWrong ? [] : [{ item, reason: 'unreadable', diedAt: START }] });
    },
  ],
])('%s', (_, number, plot) => {
  it(`is seen by invariant ${number}`, () => {
    const [right, wrong] = [new Story(number), new Story(number)];
    plot(right, false);
    plot(wrong, true);
    expect([right.complaints, wrong.complaints.length]).toEqual([[], 1]);
  });
});
