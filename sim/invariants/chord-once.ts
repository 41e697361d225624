// Chords, from a model of them: when the last member has reported, the callback is enqueued, with the values in order.
import type { ChordCallback } from '../../src/storage/storage.js';
import type { ObservationOf } from '../observation/observation.js';
import type { Invariant, WatchedRun } from './invariant.js';

interface Chord {
  readonly size: number;
  readonly callback: ChordCallback;
  readonly values: Map<number, string>;
}

/** Compares what is enqueued with what the reports say. */
export const chordOnce: Invariant = {
  number: 15,
  name: 'chord-once',
  describe:
    'The callback of a chord is enqueued exactly once, by the last report, with the results in the order of the members.',
  watch(run) {
    const chords = new Map<string, Chord>();
    const isLossy = new Set<string>();
    return {
      on: {
        opened({ chord, size, callback }) {
          if (size > 0 && !chords.has(chord)) chords.set(chord, { size, callback, values: new Map() });
        },
        reported: (fact) => checkReport(run, chords, fact),
        disturbed({ what, node }) {
          if (what === 'crash' || what === 'pause') isLossy.add(node);
        },
        ended({ execution, node }) {
          if (execution === undefined) isLossy.add(node);
        },
        flushed({ target }) {
          if (target === undefined) chords.clear();
          if (target === 'queue' || target === 'schedule') isLossy.add('flush');
          if (target !== 'results') return;
          for (const { values } of chords.values()) for (const index of values.keys()) values.set(index, '');
        },
      },
      atEnd({ isDrained }) {
        // A member that was acknowledged before it ran, and died with its node, never reports.
        const isExcused = isLossy.size > 0 && hasAtMostOnce(run);
        if (!isDrained || isExcused || isLossy.has('flush')) return;
        for (const [chord, { size, values }] of chords)
          run.complain(`${chord} never calls back: ${values.size} of its ${size} members have reported`);
      },
    };
  },
};

function hasAtMostOnce({ engine }: WatchedRun): boolean {
  if (engine.options.delivery === 'at-most-once') return true;
  return [...engine.registry.names()].some(
    (name) => engine.registry.get(name).options.delivery === 'at-most-once',
  );
}

function checkReport(
  { complain, cover }: WatchedRun,
  chords: Map<string, Chord>,
  { chord: id, index, data, callback }: ObservationOf<'reported'>,
): void {
  const chord = chords.get(id);
  if (chord === undefined) {
    if (callback !== undefined)
      complain(`${id} calls back though it has done so before, or was never opened`);
    return;
  }
  const isSecond = chord.values.has(index);
  if (isSecond) cover('member reported again');
  else chord.values.set(index, data);
  const isComplete = chord.values.size === chord.size;
  if (callback === undefined) {
    if (isComplete) complain(`${id} does not call back, though all ${chord.size} members have reported`);
    return;
  }
  chords.delete(id);
  if (!isComplete || isSecond)
    return complain(`${id} calls back after ${chord.values.size} of ${chord.size} reports`);
  cover('chord complete');
  const values = [...chord.values].sort(([a], [b]) => a - b).map(([, value]) => value);
  const wanted = [chord.callback.item.data, ...values].join('\t') + chord.callback.tail;
  if (callback.data !== wanted)
    complain(`${id} calls back with other values than were reported, or in another order`);
}
