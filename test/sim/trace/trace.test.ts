// What is written can be read, byte for byte the same each time; and what was not written so is refused by its line.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NONE, Trace } from '../../../sim/trace/trace.js';
import { TraceError } from '../../../sim/trace/trace-error.js';
import { TRACE_KINDS } from '../../../sim/trace/trace-event.js';
import { readTrace } from '../../../sim/trace/trace-reader.js';
import { VERSION } from '../../../src/version.js';
import { ROOT } from '../../files.js';
import { record, STORY, STORY_START } from './story.js';

const GOLDEN = join(ROOT, 'fixtures/traces/story.jsonl');

/** An event as an arbitrary tells it: time passed, kind index, then the five names and the detail, where '' is none. */
const EVENT = fc.record({
  passed: fc.nat(100_000),
  kind: fc.constantFrom(...TRACE_KINDS),
  names: fc.tuple(
    fc.string(),
    fc.string(),
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
  ),
  detail: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
});
type Told = typeof EVENT extends fc.Arbitrary<infer T> ? T : never;

function tell(told: readonly Told[], options: { recording?: boolean; capacity?: number } = {}): Trace {
  const trace = new Trace({ seed: 1, start: -5, ...options });
  let at = -5;
  for (const { passed, kind, names, detail } of told) {
    at += passed;
    const ids = names.map((name) => (name === '' ? NONE : trace.id(name))) as [
      number,
      number,
      number,
      number,
      number,
    ];
    trace.record(at, kind, ...ids, detail);
  }
  return trace;
}

describe('a trace', () => {
  it('of the story is the golden one, whichever version wrote it', async () => {
    const text = String(record(STORY)).replace(`"package":"${VERSION}"`, '"package":"0.1.0"');
    await expect(text).toMatchFileSnapshot(GOLDEN);
    expect(readTrace(text).events).toHaveLength(46);
  });

  it('is the same in a fresh process', () => {
    const script = `import { record, STORY } from './test/sim/trace/story.ts'; process.stdout.write(String(record(STORY)));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const text = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect(text).toBe(String(record(STORY)));
  });

  it('reads back as it was recorded, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { maxLength: 30 }), (told) => {
        const trace = tell(told);
        const read = readTrace(String(trace));
        expect(read).toEqual({ header: trace.header, events: trace.events });
        expect(read.events.at(-1)?.hash ?? '0000000000000000').toBe(trace.hash);
        expect(String(tell(told))).toBe(String(trace));
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });

  it('that is switched off keeps nothing, and has the same hash', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { maxLength: 30 }), (told) => {
        const [on, off] = [tell(told), tell(told, { recording: false })];
        expect([off.events, off.hash, off.count]).toEqual([[], on.hash, on.count]);
      }),
      { seed: 20260101, numRuns: 100 },
    );
  });

  it('longer than its capacity keeps its latest events, and can still be read', () => {
    const whole = record(STORY);
    const trace = record(STORY, { capacity: 5 });
    expect(trace.events.length).toBeGreaterThanOrEqual(5);
    expect(trace.events.length).toBeLessThan(10);
    expect(trace.events).toEqual(whole.events.slice(-trace.events.length));
    expect([trace.hash, trace.count]).toEqual([whole.hash, whole.count]);
    const read = readTrace(String(trace));
    expect([read.header.first, read.events]).toEqual([46 - trace.events.length, trace.events]);
  });

  it('cuts names and details without end', () => {
    const trace = new Trace({ seed: 1, start: 0 });
    trace.record(0, 'note', NONE, trace.id('n'.repeat(1000)), NONE, NONE, NONE, 'd'.repeat(5000));
    const [event] = readTrace(String(trace)).events;
    expect([event!.actor!.length, event!.detail!.length]).toEqual([500, 2000]);
    expect(event!.detail!.endsWith('d…')).toBe(true);
  });

  it.each([0, -1, 1.5])('is not made with a capacity of %d', (capacity) => {
    expect(() => new Trace({ seed: 1, start: 0, capacity })).toThrow('`capacity`');
  });
});

describe('the rolling hash', () => {
  const base = '0 | signal | node | actor | op | task | name | detail';

  it.each([
    ['the time', '1 | signal | node | actor | op | task | name | detail', true],
    [
      'a time so long that it needs more than 32 bits',
      `${2 ** 32} | signal | node | actor | op | task | name | detail`,
      true,
    ],
    ['the kind', '0 | note | node | actor | op | task | name | detail', true],
    ['the node', '0 | signal | other | actor | op | task | name | detail', true],
    ['the actor', '0 | signal | node | other | op | task | name | detail', true],
    ['the op', '0 | signal | node | actor | other | task | name | detail', true],
    ['the task', '0 | signal | node | actor | op | other | name | detail', true],
    ['which field it is', '0 | signal | actor | node | op | task | name | detail', true],
    ['that a field is missing', '0 | signal | node | actor | op | | name | detail', true],
    ['that there are two', `${base}\n${base}`, true],
    ['not the name', '0 | signal | node | actor | op | task | other | detail', false],
    ['not the detail', '0 | signal | node | actor | op | task | name | other', false],
  ])('depends on %s', (_, table, differs) => {
    expect(record(table).hash !== record(base).hash).toBe(differs);
  });

  it('tells 20,000 runs apart that differ in one task', () => {
    const hashes = Array.from({ length: 20_000 }, (_, index) => {
      const trace = new Trace({ seed: 1, start: 0, recording: false });
      for (const task of ['first', `task-${index}`, 'last'])
        trace.record(5, 'signal', NONE, NONE, NONE, trace.id(task));
      return trace.hash;
    });
    expect(new Set(hashes).size).toBe(20_000);
    for (const half of [0, 8])
      expect(new Set(hashes.map((hash) => hash.slice(half, half + 8))).size).toBeGreaterThan(19_990);
  });
});

describe('the reader', () => {
  const lines = String(record(STORY)).trimEnd().split('\n');
  const header = lines[0]!;
  const changed = (line: number, change: (text: string) => string): string =>
    lines.map((text, index) => (index === line - 1 ? change(text) : text)).join('\n');
  const set =
    (field: string, value: unknown) =>
    (text: string): string =>
      JSON.stringify({ ...(JSON.parse(text) as object), [field]: value });

  it.each<[string, string, number, string]>([
    ['nothing', '', 1, 'the header of a trace, got an empty text'],
    ['blank lines', '\n\n \n', 1, 'got an empty text'],
    ['another format', '{"a":1}', 1, '`format` to be "huey-ts trace"'],
    ['no JSON', 'hello\n', 1, 'an object in JSON, got hello; the file may be cut off, or no trace'],
    ['a list', '[1]\n', 1, '`line` to be an object in JSON, got an array of 1'],
    [
      'a later version',
      changed(1, set('version', 2)),
      1,
      '`version` to be 1, the one that this version of huey-ts reads, got 2',
    ],
    [
      'a version that is none',
      changed(1, set('version', 'x')),
      1,
      '`version` to be an integer of at least 1',
    ],
    ['a field that is not known', changed(1, set('sed', 1)), 1, 'got `sed`'],
    ['a seed that is none', changed(1, set('seed', 0.5)), 1, '`seed` to be an integer'],
    ['no start', changed(1, set('start', undefined)), 1, '`start` to be an integer, got undefined'],
    [
      'a configuration that is none',
      changed(1, set('configuration', null)),
      1,
      '`configuration` to be an object',
    ],
    ['faults that are none', changed(1, set('faults', {})), 1, '`faults` to be a list'],
    ['a line that is cut off', lines.join('\n').slice(0, -20), 47, 'the file may be cut off'],
    [
      'a line that is missing',
      lines.filter((_, index) => index !== 4).join('\n'),
      5,
      '`index` to be 3, the one after',
    ],
    ['lines in another order', [header, lines[2], lines[1]].join('\n'), 2, '`index` to be 0'],
    ['an unknown kind', changed(3, set('kind', 'thought')), 3, '`kind` to be one of turn, begin'],
    ['an unknown field of an event', changed(3, set('constructor', 1)), 3, 'got `constructor`'],
    ['a time that is none', changed(3, set('at', '9:00')), 3, '`at` to be an integer, got "9:00"'],
    ['time that goes back', changed(9, set('at', STORY_START)), 9, 'as time does not go back'],
    ['time before the start', changed(2, set('at', 5)), 2, 'as time does not go back'],
    ['a task that is none', changed(3, set('task', 5)), 3, '`task` to be text, got 5'],
    ['an event that was changed', changed(7, set('op', 'take')), 7, 'the line was changed'],
    ['no hash', changed(7, set('hash', undefined)), 7, '`hash` to be text'],
    [
      'a hash that is none',
      [set('first', 3)(header), set('hash', 'FF')(lines[4]!)].join('\n'),
      2,
      'sixteen hexadecimal digits',
    ],
  ])('refuses %s', (_, text, line, message) => {
    let caught: unknown;
    try {
      readTrace(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(TraceError);
    expect(caught).toMatchObject({ line, message: expect.stringContaining(message) });
    expect((caught as TraceError).message).toMatch(new RegExp(`^line ${line} of the trace: expected `));
  });

  it('refuses what is too long', () => {
    const text = lines.join('\n');
    expect(() => readTrace(text, { maxEvents: 45 })).toThrow(
      'line 47 of the trace: expected at most 45 events',
    );
    expect(readTrace(text, { maxEvents: 46 }).events).toHaveLength(46);
    expect(() => readTrace(text, { maxLineLength: 100 })).toThrow(
      'line 1 of the trace: expected at most 100 characters',
    );
  });

  it('takes line ends of any kind, and none at the end', () => {
    const { events } = readTrace(lines.join('\n'));
    expect(readTrace(lines.join('\r\n')).events).toEqual(events);
    expect(readTrace(`${lines.join('\n\n')}\n\n`).events).toEqual(events);
  });

  it('throws nothing but a TraceError, whatever the text', () => {
    const line = fc.oneof(fc.constantFrom(...lines), fc.json(), fc.string());
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.boolean(), (some, whole) => {
        try {
          readTrace((whole ? [header, ...some] : some).join('\n'));
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
        }
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
