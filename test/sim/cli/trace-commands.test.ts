// The commands on traces: text in; text, complaint and exit code out.
import { describe, expect, it } from 'vitest';
import { guarded } from '../../../sim/cli/command-result.js';
import { diffCommand } from '../../../sim/cli/diff-command.js';
import { timelineCommand, type TimelineCommandOptions } from '../../../sim/cli/timeline-command.js';
import { record, STORY } from '../trace/story.js';

const story = { called: 'story.jsonl', text: String(record(STORY)) };
const other = {
  called: 'other.jsonl',
  text: String(record(STORY.replace('lost-response', 'lost-request '))),
};
const latencies = {
  called: 'slow.jsonl',
  text: String(record(STORY.replace('     12 | apply', '     13 | apply'))),
};
const broken = { called: 'broken.jsonl', text: story.text.slice(0, 500) };

describe('diff', () => {
  it.each([
    ['the same runs', story, story, {}, 0, 'The events of both runs are the same.\n'],
    [
      'runs that look the same',
      story,
      latencies,
      { canonical: true },
      0,
      'The canonical form of both runs is the same.\n',
    ],
    ['runs that differ', story, latencies, {}, 1, 'The first 6 events are the same; the runs part at +12ms.'],
    [
      'runs that look different',
      story,
      other,
      { canonical: true },
      1,
      '>>  32  +18.022s  consumer-1/worker-1  fault   lost-request',
    ],
  ] as const)('of %s', (_, left, right, options, exitCode, text) => {
    const result = diffCommand(left, right, options);
    expect(result).toMatchObject({ exitCode, complaint: '' });
    expect(result.output).toContain(text);
  });

  it.each([
    [
      'a file that is broken',
      story,
      broken,
      {},
      'broken.jsonl: line 3 of the trace: expected an object in JSON',
    ],
    ['a bad option', story, other, { context: -1 }, 'expected `context` to be an integer of at least 0'],
  ] as const)('complains about %s', (_, left, right, options, complaint) => {
    const result = diffCommand(left, right, options);
    expect(result).toMatchObject({ exitCode: 2, output: '', complaint: expect.stringContaining(complaint) });
  });
});

describe('timeline', () => {
  it.each<[TimelineCommandOptions, RegExp]>([
    [{}, /^time +\|\+0s[^]*┣report━+/],
    [{ columns: 60 }, /^time .{0,56}\n/],
    [{ format: 'text', from: '5s', to: '13s' }, /^time +\|\+6s[^]*━━\n[^]*━report━+✓ +┣tidy-up━+\n/],
    [{ format: 'html' }, /^<!doctype html>[^]*<title>story\.jsonl<\/title>/],
    [{ format: 'html', maxEvents: 5 }, /the last 5 of 46/],
    [{ format: 'perfetto' }, /^\{"displayTimeUnit":"ms"/],
  ])('with %j', (options, output) => {
    const result = timelineCommand(story, options);
    expect(result).toMatchObject({ exitCode: 0, complaint: '' });
    expect(result.output).toMatch(output);
  });

  it.each<[TimelineCommandOptions, string]>([
    [{ format: 'svg' as 'html' }, '`format` to be text, html or perfetto, got "svg"'],
    [{ from: 'soon' }, '`from` to be a duration'],
    [{ from: '5s', to: '5s' }, '`to` to be later than `from`'],
    [{ columns: 10 }, '`columns` to be an integer of at least 40'],
  ])('complains about %j', (options, complaint) => {
    expect(timelineCommand(story, options)).toMatchObject({
      exitCode: 2,
      output: '',
      complaint: expect.stringContaining(complaint),
    });
  });

  it('complains about a file that is broken, by its name', () => {
    expect(timelineCommand(broken).complaint).toMatch(/^broken\.jsonl: line 3 of the trace: /);
  });
});

it('what is our own fault is thrown', () => {
  const fault = (): never => {
    throw new TypeError('ours');
  };
  expect(() => guarded(fault)).toThrow(TypeError);
});
