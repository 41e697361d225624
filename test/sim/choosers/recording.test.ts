// What is recorded makes the same run again: to the letter, or as its preemptions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chooser } from '../../../sim/choosers/chooser.js';
import { preemptiveChooser } from '../../../sim/choosers/preemption.js';
import { RecordingChooser } from '../../../sim/choosers/recording.js';
import { replayChooser } from '../../../sim/choosers/replay.js';
import { chooserOf, type Strategy } from '../../../sim/choosers/strategy.js';
import { SimulationError } from '../../../sim/simulation-error.js';
import { answers, order, type Question } from './toy.js';

const STEPS = fc
  .record({ a: fc.integer({ min: 1, max: 6 }), b: fc.nat(6), c: fc.nat(6) })
  .map((steps) => Object.fromEntries(Object.entries(steps).filter(([, count]) => count > 0)));
const STRATEGY = fc.constantFrom<Strategy>('random', 'sticky', 'pct', 'round-robin', 'first-come', 'serial');

function recorded(chooser: Chooser, steps: Readonly<Record<string, number>>) {
  const recording = new RecordingChooser(chooser);
  return { made: order(recording, steps), recording };
}

describe('a recording', () => {
  it('makes the same run again, whichever way', () => {
    fc.assert(
      fc.property(fc.integer(), STRATEGY, STEPS, (seed, strategy, steps) => {
        const { made, recording } = recorded(chooserOf(strategy, seed), steps);
        // Through text, as it would be kept.
        const kept = JSON.parse(JSON.stringify(recording)) as unknown;
        expect(kept).toBeDefined();
        expect(order(replayChooser(recording.choices), steps)).toBe(made);
        expect(order(preemptiveChooser(recording.preemptions), steps)).toBe(made);
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });

  it('explains faults too', () => {
    const questions: Question[] = [
      { kind: 'fault', names: ['a', 'a', 'a'] },
      { kind: 'turn', names: ['b', 'a'] },
      { kind: 'fault', names: ['b', 'b'] },
      { kind: 'fault', names: ['a', 'a', 'a'] },
    ];
    const script: Chooser = { choose: (_, n) => n - 1 };
    const recording = new RecordingChooser(script);
    expect(answers(recording, questions)).toEqual([2, 1, 1, 2]);
    expect(recording.preemptions).toEqual([
      { kind: 'fault', actor: 'a', at: 0, pick: 1 },
      { actor: 'b', at: 0 },
      { kind: 'fault', actor: 'b', at: 0 },
      { kind: 'fault', actor: 'a', at: 1, pick: 1 },
    ]);
    expect(answers(preemptiveChooser(recording.preemptions), questions)).toEqual([2, 1, 1, 2]);
  });

  it('of a serial run has no preemptions, of one with few has few', () => {
    expect(recorded(preemptiveChooser([]), { a: 5, b: 5 }).recording.preemptions).toEqual([]);
    const one = [{ actor: 'a', at: 2 }];
    expect(recorded(preemptiveChooser(one), { a: 5, b: 5 }).recording.preemptions).toEqual(one);
  });
});

describe('replayChooser', () => {
  it('says where the run is another one', () => {
    const { recording } = recorded(chooserOf('first-come', 1), { a: 2, b: 2, c: 1 });
    const again = (): string => order(replayChooser(recording.choices), { a: 2, b: 2 });
    expect(again).toThrow(SimulationError);
    expect(again).toThrow(
      'expected choice 0 to be about 3 (turn) as recorded, got 2 (turn); the recording is of another run',
    );
  });

  it('goes on plainly where the recording ends', () => {
    expect(order(replayChooser([{ kind: 'turn', n: 2, answer: 1 }]), { a: 2, b: 1 })).toBe('baa');
  });

  it('refuses an answer that is out of range', () => {
    expect(() => order(replayChooser([{ kind: 'turn', n: 2, answer: 2 }]), { a: 1, b: 1 })).toThrow(
      SimulationError,
    );
  });
});

describe('preemptions', () => {
  it('of which any are left out still make a run, and never throw', () => {
    fc.assert(
      fc.property(fc.integer(), STEPS, fc.infiniteStream(fc.boolean()), (seed, steps, keep) => {
        const { recording } = recorded(chooserOf('random', seed), steps);
        const some = recording.preemptions.filter(() => keep.next().value as boolean);
        const made = order(preemptiveChooser(some), steps);
        expect(made).toHaveLength(Object.values(steps).reduce((sum, count) => sum + count, 0));
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it('mean the same when another actor is taken away', () => {
    const preemptions = [{ actor: 'a', at: 2 }];
    expect(order(preemptiveChooser(preemptions), { a: 4, b: 2, c: 3 })).toBe('aabbcccaa');
    expect(order(preemptiveChooser(preemptions), { a: 4, b: 2 })).toBe('aabbaa');
  });
});
