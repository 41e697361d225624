// Where two runs part, and how that is told.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalLines } from '../../../sim/trace/canonical.js';
import { differenceText } from '../../../sim/trace/difference-text.js';
import { eventTable } from '../../../sim/trace/event-table.js';
import { diffTraces, type DiffOptions } from '../../../sim/trace/trace-diff.js';
import type { TraceOptions } from '../../../sim/trace/trace.js';
import { type RecordedRun, readTrace } from '../../../sim/trace/trace-reader.js';
import { ROOT } from '../../files.js';
import { record, STORY, STORY_START } from './story.js';

const ROWS = STORY.trim().split('\n');

function run(table = STORY, options: Partial<TraceOptions> = {}): RecordedRun {
  return readTrace(String(record(table, options)));
}

function text(left: RecordedRun, right: RecordedRun, options: DiffOptions = {}): string {
  const difference = diffTraces(left, right, options);
  if (difference === undefined) return 'same';
  return differenceText(difference, { ...left, called: 'a.jsonl' }, { ...right, called: 'b.jsonl' });
}

describe('diffTraces', () => {
  it('finds no difference in a run and itself, nor in runs whose headers alone differ', () => {
    expect(diffTraces(run(), run())).toBeUndefined();
    expect(diffTraces(run(), run(STORY, { seed: 8, storage: 'sqlite' }))).toBeUndefined();
  });

  it('finds the first difference, wherever it is planted', () => {
    fc.assert(
      fc.property(fc.nat(ROWS.length - 1), fc.constantFrom('change', 'drop', 'detail'), (at, how) => {
        const rows = [...ROWS];
        if (how === 'drop') rows.splice(at, 1);
        if (how === 'detail') rows[at] = [...rows[at]!.split('|').slice(0, 7), ' planted'].join('|');
        if (how === 'change') rows[at] = rows[at]!.replace(/\| \w+/, '| note');
        const same = rows[at] === ROWS[at];
        const difference = diffTraces(run(), run(rows.join('\n')));
        expect(difference?.agreed).toBe(same ? undefined : at);
        if (difference === undefined) return;
        expect(difference.before.map(({ index }) => index)).toEqual(
          [at - 3, at - 2, at - 1].filter((index) => index >= 0),
        );
        expect(difference.left[0]!.index).toBe(at);
      }),
      { seed: 20260101, numRuns: 150 },
    );
  });

  it('shows as much context as asked', () => {
    const other = run(ROWS.filter((_, index) => index !== 20).join('\n'));
    const { before, left, right } = diffTraces(run(), other, { context: 1 })!;
    expect([before, left, right].map(({ length }) => length)).toEqual([1, 2, 2]);
    expect(diffTraces(run(), other, { context: 0 })!.before).toEqual([]);
    expect(() => diffTraces(run(), other, { context: -1 })).toThrow('`context`');
  });

  it('compares what both have kept', () => {
    const short = run(STORY, { capacity: 5 });
    expect(diffTraces(run(), short)).toBeUndefined();
    const other = [...ROWS];
    other[1] = other[1]!.replace('task-1', 'task-9');
    const told = text(run(other.join('\n')), short);
    expect(told).toContain('The runs part before the first event that both have kept.');
  });
});

describe('the canonical form', () => {
  it('leaves out what differs between storages, and nothing else', async () => {
    await expect(`${canonicalLines(run()).join('\n')}\n`).toMatchFileSnapshot(
      join(ROOT, 'fixtures/traces/story.canonical.txt'),
    );
  });

  it('is the same for other storages, with other round trips, receipts and starts', () => {
    const others = ROWS.filter((row) => !/\| (turn|request|apply|response|note) /.test(row)).map((row) =>
      row.replace('Error: mailbox busy', 'Error: other words'),
    );
    const other = run(others.join('\n'), { storage: 'redis', start: STORY_START + 86_400_000 });
    expect(canonicalLines(other)).toEqual(canonicalLines(run()));
    expect(diffTraces(run(), other, { canonical: true })).toBeUndefined();
    expect(diffTraces(run(), other)).toBeDefined();
  });

  it('differs when users have seen something else', () => {
    const other = run(
      STORY.replace(
        '46010 | signal   | consumer-2 | consumer-2/worker-1',
        '46010 | signal   | consumer-1 | consumer-1/worker-1',
      ),
    );
    expect(diffTraces(run(), other, { canonical: true })!.left[0]).toMatchObject({
      op: 'executing',
      task: 'task-4',
    });
  });

  it('keeps names apart that only look as if they were the same', () => {
    const [one, two] = ['0 | signal | a b | c | d', '0 | signal | a | b c | d'].map((table) =>
      canonicalLines(run(table)),
    );
    expect(one).not.toEqual(two);
  });
});

describe('the text of a difference', () => {
  it('is the golden one', async () => {
    const other = STORY.replace(
      '14020 | begin    | consumer-1 | consumer-1/worker-1',
      '14020 | begin    | consumer-1 | consumer-1/worker-2',
    );
    const told = text(run(), run(other, { seed: 8, storage: 'sqlite' }));
    await expect(told).toMatchFileSnapshot(join(ROOT, 'fixtures/traces/story.diff.txt'));
  });

  it.each<[string, RecordedRun, RecordedRun, string]>([
    [
      'nothing in common',
      run(ROWS.slice(0, 2).join('\n')),
      run(ROWS[2]),
      'No event is the same; the runs part at +0s.',
    ],
    [
      'one event in common',
      run(ROWS.slice(0, 2).join('\n')),
      run([ROWS[0], ROWS[2]].join('\n')),
      'The first event is the same; the runs part',
    ],
    [
      'a second run that ends',
      run(),
      run(ROWS.slice(0, 30).join('\n')),
      'The first 30 events are the same; then b.jsonl ends, and a.jsonl goes on at +18.02s.',
    ],
    [
      'a first run that ends',
      run(ROWS.slice(0, 30).join('\n')),
      run(),
      'The first 30 events are the same; then a.jsonl ends, and b.jsonl goes on at +18.02s.',
    ],
  ])('says so of runs with %s', (_, left, right, headline) => {
    const [first] = text(left, right).split('\n');
    expect(first).toContain(headline);
  });

  it('shows control characters instead of obeying them', () => {
    const [row] = eventTable(
      [{ index: 0, at: 0, kind: 'note', detail: 'a\u001b[31m\nb\u202e', hash: '' }],
      0,
    );
    expect(row).toBe('0  +0s    note      a\\u{1b}[31m\\nb\\u{202e}');
  });
});
