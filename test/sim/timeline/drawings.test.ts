// The three drawings of a timeline: golden for the story, and sound for any names.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlJson, htmlText } from '../../../sim/timeline/html-text.js';
import { htmlTimeline } from '../../../sim/timeline/html-timeline.js';
import { perfettoTrace } from '../../../sim/timeline/perfetto.js';
import { textTimeline } from '../../../sim/timeline/text-timeline.js';
import { type Timeline, timelineOf } from '../../../sim/timeline/timeline.js';
import { NONE, Trace } from '../../../sim/trace/trace.js';
import { TRACE_KINDS } from '../../../sim/trace/trace-event.js';
import { readTrace } from '../../../sim/trace/trace-reader.js';
import { ROOT } from '../../files.js';
import { record, STORY } from '../trace/story.js';

const story = timelineOf(readTrace(String(record(STORY))));

const NAME = fc.oneof(
  fc.constantFrom(
    '',
    'n',
    'n/w',
    'execution',
    'crash',
    'a',
    'complete',
    'error',
    'down',
    '<script>alert(1)</script>',
    '</script><b>',
    '"\'&amp;',
    '\u001b[2J',
    '漢字',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const EVENTS = fc.array(
  fc.record({
    passed: fc.nat(50),
    kind: fc.constantFrom(...TRACE_KINDS),
    names: fc.array(NAME, { minLength: 6, maxLength: 6 }),
  }),
  { maxLength: 25 },
);
type Events = typeof EVENTS extends fc.Arbitrary<infer T> ? T : never;

function drawn(events: Events): Timeline {
  const trace = new Trace({ seed: 1, start: 0 });
  let at = 0;
  for (const { passed, kind, names } of events) {
    at += passed;
    const ids = names.slice(0, 5).map((name) => (name === '' ? NONE : trace.id(name))) as [
      number,
      number,
      number,
      number,
      number,
    ];
    trace.record(at, kind, ...ids, names[5]);
  }
  return timelineOf({ header: trace.header, events: trace.events });
}

function holdsFor(check: (timeline: Timeline) => void): void {
  fc.assert(
    fc.property(EVENTS, (events) => check(drawn(events))),
    { seed: 20260101, numRuns: 150 },
  );
}

describe('the timeline as text', () => {
  it('of the story is the golden one', async () => {
    await expect(textTimeline(story)).toMatchFileSnapshot(join(ROOT, 'fixtures/traces/story.timeline.txt'));
  });

  it('has lines of at most so many columns, and no character that moves the cursor', () => {
    holdsFor((timeline) => {
      for (const columns of [40, 100]) {
        const text = textTimeline(timeline, { columns });
        for (const line of text.split('\n')) {
          expect([...line].length, line).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }
    });
  });

  it('shows the worst of what happened in one place', () => {
    const rows = ['complete', 'error', 'enqueued'].map((op) => `0 | signal | n | n/w | ${op} | a | |`);
    const text = textTimeline(
      timelineOf(readTrace(String(record([...rows, '900 | note | n | n/w | end | | |'].join('\n'))))),
    );
    expect(text.split('\n')[2]).toMatch(/^ {2}w +! +n$/);
  });

  it.each([39, 0, 1.5])('is not %d columns wide', (columns) => {
    expect(() => textTimeline(story, { columns })).toThrow('`columns`');
  });
});

describe('the timeline as HTML', () => {
  const page = htmlTimeline(story, { title: 'The story' });

  it('has an element for each stretch and each mark, and a row for each event', () => {
    const count = (pattern: RegExp): number => page.match(pattern)?.length ?? 0;
    // The stretch in which consumer-2 was down is a shade.
    expect(count(/<button class="bar /g)).toBe(story.stretches.length - 1);
    expect(count(/<div class="shade down"/g)).toBe(1);
    expect(count(/<button class="mark /g)).toBe(story.marks.length);
    expect(count(/<tr data-event=/g)).toBe(46);
    expect(page).toContain('<title>The story</title>');
  });

  it('loads nothing', () => {
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"`,
    );
    expect(page).not.toMatch(/https?:|\bsrc=|\bhref=|url\(|@import/);
  });

  it('makes no markup out of what users have named', () => {
    holdsFor((timeline) => {
      const html = htmlTimeline(timeline, { title: '</title><script>x</script>' });
      const tags = new Set(
        html.replaceAll(/<(style|script)[^>]*>[^]*?<\/\1>/g, '<$1>').match(/<[a-z!][^\s>]*/gi),
      );
      const ours =
        'aside body br button dd div dl dt h1 h2 head header html i input kbd label meta p script section span style table tbody td th thead title tr';
      expect(
        [...tags].filter((tag) => tag !== '<!doctype' && !ours.split(' ').includes(tag.slice(1))),
      ).toEqual([]);
      expect(html.match(/<script/g)).toHaveLength(2);
    });
  });

  it('shows the latest events if there are too many', () => {
    const short = htmlTimeline(story, { maxEvents: 10 });
    expect(short.match(/<tr data-event=/g)).toHaveLength(10);
    expect(short).toContain('the last 10 of 46');
    expect(() => htmlTimeline(story, { maxEvents: 0 })).toThrow('`maxEvents`');
  });
});

describe('text in HTML', () => {
  it.each([
    ['<a href="x">&\'', '&lt;a href=&quot;x&quot;&gt;&amp;&#39;'],
    ['a\u0000b\n', 'a\\u{0}b\\n'],
  ])('of %j is %s', (text, escaped) => {
    expect(htmlText(text)).toBe(escaped);
  });

  it('cannot end a script element, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const json = htmlJson([value, `</script><!--${text}\u2028`]);
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, `</script><!--${text}\u2028`])));
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });
});

describe('the timeline for Perfetto', () => {
  interface Perfetto {
    readonly traceEvents: readonly {
      ph: string;
      pid: number;
      tid: number;
      ts: number;
      dur: number;
      name: string;
      args: { name: string };
    }[];
  }

  it('of the story is the golden one', async () => {
    const { traceEvents, ...rest } = JSON.parse(perfettoTrace(story)) as Perfetto & {
      otherData: { package: string };
    };
    rest.otherData.package = '0.1.0';
    const lines = traceEvents.map((event) => JSON.stringify(event)).join(',\n');
    await expect(`${JSON.stringify(rest)}\n${lines}\n`).toMatchFileSnapshot(
      join(ROOT, 'fixtures/traces/story.perfetto.txt'),
    );
  });

  it('names every thread, and lets slices of one thread lie side by side or within each other', () => {
    holdsFor((timeline) => {
      const { traceEvents } = JSON.parse(perfettoTrace(timeline)) as Perfetto;
      const named = new Set(
        traceEvents.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`),
      );
      const ends = new Map<string, number[]>();
      for (const { ph, pid, tid, ts, dur } of traceEvents.filter(({ ph }) => ph !== 'M')) {
        expect(named).toContain(`${pid} ${tid}`);
        if (ph !== 'X') continue;
        const open = (ends.get(`${pid} ${tid}`) ?? []).filter((end) => end > ts);
        for (const end of open) expect(ts + dur).toBeLessThanOrEqual(end);
        ends.set(`${pid} ${tid}`, [...open, ts + dur]);
      }
    });
  });
});
