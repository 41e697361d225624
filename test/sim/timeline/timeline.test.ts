// What is in the picture, before it is drawn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naturalOrder } from '../../../sim/timeline/natural-order.js';
import { axisTicks } from '../../../sim/timeline/time-axis.js';
import { type Timeline, timelineOf, type TimelineOptions } from '../../../sim/timeline/timeline.js';
import { toneOf } from '../../../sim/timeline/tone.js';
import { readTrace } from '../../../sim/trace/trace-reader.js';
import { SIGNALS } from '../../../src/model/signals.js';
import { record, STORY, STORY_START } from '../trace/story.js';

function timeline(table: string, options: TimelineOptions = {}): Timeline {
  return timelineOf(readTrace(String(record(table))), options);
}

function stretches({ lanes, stretches, header }: Timeline): string[] {
  return stretches.map(({ lane, row, op, from, to, end, failed }) => {
    const { node, label } = lanes[lane]!;
    const times = `${from - header.start}-${to - header.start}`;
    return [`${node}/${label}#${row}`, op, times, end, ...(failed ? ['failed'] : [])].join(' ');
  });
}

describe('the timeline of the story', () => {
  const story = timeline(STORY);

  it('has a lane for each actor, and one for what concerns a node as a whole', () => {
    expect(story.lanes.map(({ node, label, rows }) => `${node}/${label} ${rows}`)).toEqual([
      'consumer-1/scheduler 1',
      'consumer-1/worker-1 1',
      'consumer-1/worker-2 1',
      'consumer-2/ 1',
      'consumer-2/worker-1 1',
      'test/ 1',
    ]);
  });

  it('has a stretch for everything that takes time', () => {
    expect(stretches(story)).toEqual([
      'consumer-1/worker-1#0 turn 10-14 ended',
      'consumer-1/worker-1#0 execution 14-4014 ended failed',
      'consumer-2/worker-1#0 execution 20-8000 ended',
      'consumer-1/worker-2#0 lock-wait 5010-8000 ended',
      'consumer-1/worker-2#0 execution 8000-24000 ended',
      'consumer-2/worker-1#0 execution 12010-16000 cut',
      'consumer-1/worker-1#0 execution 14020-18020 ended',
      'consumer-2/#0 down 16000-30000 ended',
      'consumer-1/worker-1#0 turn 18020-18022 cut',
      'consumer-1/worker-1#0 held 20022-20026 ended',
      'consumer-2/worker-1#0 execution 46010-52010 ended',
    ]);
  });

  it('has every event in one place', () => {
    const shown = [
      ...story.marks.map(({ event }) => event.index),
      ...story.stretches.flatMap(({ event, last }) => [
        event.index,
        ...(last === undefined ? [] : [last.index]),
      ]),
    ];
    const hidden = story.events.filter(({ index }) => !shown.includes(index)).map(({ kind }) => kind);
    // A turn is nothing to see; an apply lies within its call.
    expect([...new Set(hidden)].sort()).toEqual(['apply', 'turn']);
  });

  it.each<[string, number]>([
    ['   10 | end   | n | n/w | execution | a | |', 10],
    ['   10 | apply | n | n/w | turn      |   | |', 0],
  ])('ends with the last thing that happened, not with a look at the storage: %s', (line, lasts) => {
    const { to, header } = timeline(`
       0 | begin | n    | n/w | execution | a | |
    ${line}
      90 | apply | test |     | pending   |   | |`);
    expect(to - header.start).toBe(Math.max(1, lasts));
  });

  it('can be a part of it', () => {
    const part = timeline(STORY, { from: STORY_START + 5000, to: STORY_START + 13_000 });
    expect(part.marks.map(({ event: { op }, at }) => `${at - STORY_START} ${op}`)).toEqual([
      '5000 enqueued',
      '5010 executing',
      '8000 complete',
      '12000 enqueued',
      '12010 executing',
    ]);
    expect(stretches(part)).toContain('consumer-2/worker-1#0 execution 12010-16000 cut');
    expect(stretches(part)).not.toContain('consumer-1/worker-1#0 execution 14-4014 ended failed');
    expect(part.lanes).toHaveLength(6);
  });
});

describe('stretches', () => {
  it('that overlap in one lane get rows of their own, and give them back', () => {
    const table = `
       0 | begin | n | n/w | execution | a | |
       5 | begin | n | n/w | execution | b | |
       6 | end   | n | n/w | execution | a | |
       7 | begin | n | n/w | execution | c | |
       9 | end   | n | n/w | execution | b | |
       9 | end   | n | n/w | execution | c | |
       9 | begin | n | n/w | execution | d | |`;
    const drawn = timeline(table);
    expect(stretches(drawn)).toEqual([
      'n/w#0 execution 0-6 ended',
      'n/w#1 execution 5-9 ended',
      'n/w#0 execution 7-9 ended',
      'n/w#0 execution 9-9 open',
    ]);
    expect(drawn.lanes[0]!.rows).toBe(2);
  });

  it.each<[string, string, string[]]>([
    [
      'a crash of the node',
      '5 | fault | n | | crash | | |',
      ['n/w#0 execution 0-5 cut', 'n/v#0 execution 0-5 cut', 'm/w#0 execution 0-9 open'],
    ],
    [
      'a crash of the worker',
      '5 | fault | n | n/v | crash | | |',
      ['n/w#0 execution 0-9 open', 'n/v#0 execution 0-5 cut', 'm/w#0 execution 0-9 open'],
    ],
    [
      'another fault',
      '5 | fault | n | | skew | | |',
      ['n/w#0 execution 0-9 open', 'n/v#0 execution 0-9 open', 'm/w#0 execution 0-9 open'],
    ],
  ])('are cut off by %s as they should', (_, fault, expected) => {
    const table = `
      0 | begin | n | n/w | execution | a | |
      0 | begin | n | n/v | execution | b | |
      0 | begin | m | m/w | execution | c | |
      ${fault}
      9 | note  | m | | end | | |`;
    expect(stretches(timeline(table))).toEqual(expected);
  });

  it('that end without having begun are marks', () => {
    const drawn = timeline('0 | end | n | n/w | execution | a | |\n1 | response | n | n/w | turn | | |');
    expect([drawn.stretches, drawn.marks.length]).toEqual([[], 2]);
  });
});

it('every signal has a tone', () => {
  const tones = SIGNALS.map((op) => `${op} ${toneOf({ index: 0, at: 0, kind: 'signal', op, hash: '' })}`);
  expect(tones.filter((tone) => tone.endsWith(' bad'))).toEqual([
    'error bad',
    'interrupted bad',
    'timeout bad',
  ]);
  expect(tones.filter((tone) => tone.endsWith(' good'))).toEqual(['complete good']);
  expect(toneOf({ index: 0, at: 0, kind: 'signal', op: 'constructor', hash: '' })).toBe('plain');
});

it('names are in natural order', () => {
  const names = ['worker-10', 'worker-2', '', 'scheduler', 'worker-2b', 'worker', '10', '9'];
  expect(names.sort(naturalOrder)).toEqual([
    '',
    '9',
    '10',
    'scheduler',
    'worker',
    'worker-2',
    'worker-2b',
    'worker-10',
  ]);
});

describe('axisTicks', () => {
  it.each<[number, number, number[]]>([
    [0, 1, [0, 1]],
    [0, 52_010, [0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000, 45_000, 50_000]],
    [61_000, 64_000, [61_000, 61_500, 62_000, 62_500, 63_000, 63_500, 64_000]],
  ])('of %d to %d are %j', (from, to, ticks) => {
    expect(axisTicks(from, to, 12)).toEqual(ticks);
  });

  it('are few, evenly apart, and inside, for any span', () => {
    fc.assert(
      fc.property(
        fc.nat(1e12),
        fc.integer({ min: 1, max: 1e13 }),
        fc.integer({ min: 2, max: 50 }),
        (from, span, most) => {
          const ticks = axisTicks(from, from + span, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(ticks.every((tick) => tick >= from && tick <= from + span)).toBe(true);
          const steps = new Set(ticks.slice(1).map((tick, index) => tick - ticks[index]!));
          expect(steps.size).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
