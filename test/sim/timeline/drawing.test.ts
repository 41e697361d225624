// A run as a picture, in the form and the part that is asked for: of a trace, and of a simulation that goes on.
import { MemoryHuey } from 'huey-ts';
import { type DrawingOptions, drawTimeline, readTrace, Simulation } from 'huey-ts/sim';
import { describe, expect, it } from 'vitest';
import { record, STORY } from '../trace/story.js';

const story = readTrace(String(record(STORY)));

describe('a trace is drawn', () => {
  it.each<[DrawingOptions, RegExp]>([
    [{}, /^time +\|\+0s[^]*┣report━+/],
    [{ columns: 60 }, /^time .{0,56}\n/],
    [{ as: 'text', from: '5s', to: '13s' }, /^time +\|\+6s[^]*━━\n[^]*━report━+✓ +┣tidy-up━+\n/],
    [{ as: 'html', title: 'story.jsonl' }, /^<!doctype html>[^]*<title>story\.jsonl<\/title>/],
    [{ as: 'html', maxEvents: 5 }, /the last 5 of 46/],
    [{ as: 'perfetto' }, /^\{"displayTimeUnit":"ms"/],
  ])('with %j', (options, output) => {
    expect(drawTimeline(story, options)).toMatch(output);
  });

  it.each<[DrawingOptions, string]>([
    [{ as: 'svg' as 'html' }, '`as` to be text, html or perfetto, got "svg"'],
    [{ from: 'soon' }, '`from` to be a duration'],
    [{ from: '5s', to: '5s' }, '`to` to be later than `from`'],
    [{ columns: 10 }, '`columns` to be an integer of at least 40'],
    [{ wide: true } as never, 'timeline: unknown option `wide`'],
  ])('but not with %j', (options, message) => {
    expect(() => drawTimeline(story, options)).toThrow(message);
  });
});

describe('a simulation', () => {
  const start = async (trace: boolean | 'hash') => {
    const huey = new MemoryHuey();
    const nap = huey.task('nap', { context: true }, (ctx) => ctx.sleep('4s'));
    const sim = await Simulation.start(huey, { trace });
    await nap();
    return sim;
  };

  it('is drawn as far as it has come', async () => {
    await using sim = await start(true);
    await sim.advance('2s');
    expect(sim.timeline()).toMatch(/worker-1 +┣nap━+\n/);
    await sim.untilIdle();
    expect(sim.timeline({ columns: 60 })).toMatch(/worker-1 +┣nap━+.?✓|worker-1 +┣nap━+┫/);
    expect(sim.timeline({ as: 'html', title: 'A nap' })).toContain('<title>A nap</title>');
  });

  it.each([false, 'hash'] as const)('that is not written down (trace: %o) is not', async (trace) => {
    await using sim = await start(trace);
    expect(() => sim.timeline()).toThrow('start it with `trace: true`');
  });
});
