// Random sequences of calls, made on a storage and on the naive model of one at once: every answer must agree, and after
// each call everything that can be read. A sequence that shows a difference is made shorter as long as it still does.
import { deepStrictEqual } from 'node:assert/strict';
import { SequentialStorage } from '../../sim/sequential/sequential-storage.js';
import type { Awaitable, Storage } from '../storage/storage.js';
import { NOW } from './contract/subject.js';
import { callText, Dice, type RandomCall, randomCall } from './random-calls.js';
import { StorageSide } from './storage-side.js';

/** A call, and how many milliseconds pass before it. */
export interface TimedCall {
  readonly afterMs: number;
  readonly call: RandomCall;
}

/** Where a storage departs from the model. */
export interface SequenceFailure {
  readonly calls: readonly TimedCall[];
  readonly error: Error;
}

/** So many sequences are tried on the way to a shorter one. */
const MOST_TRIES = 300;

/** Draws a sequence: the same seed gives the same one everywhere. */
export function drawSequence(seed: number, length: number): readonly TimedCall[] {
  const dice = new Dice(seed);
  return Array.from({ length }, () => ({
    afterMs: dice.pick([0, 0, 1, 7, 20]),
    call: randomCall(dice),
  }));
}

/** Has the body run on an empty storage that no other uses. */
export type OnFreshStorage = (body: (storage: Storage) => Awaitable<void>) => Promise<void>;

/** Looks for a sequence that shows a difference no longer if any call is left out of it. */
export async function shortened(failure: SequenceFailure, onFresh: OnFreshStorage): Promise<SequenceFailure> {
  let best = failure;
  let tries = 0;
  for (let size = Math.ceil(best.calls.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.calls.length && tries < MOST_TRIES;) {
      tries += 1;
      const shorter = await failureOf(without(best.calls, start, size), onFresh);
      if (shorter === undefined) start += size;
      else best = shorter;
    }
  }
  return best;
}

/** The sequence without some calls; the time that passed before them passes all the same. */
function without(calls: readonly TimedCall[], start: number, size: number): readonly TimedCall[] {
  const passed = calls.slice(start, start + size).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const rest = calls.slice(start + size);
  const [next, ...others] = rest;
  if (next === undefined) return calls.slice(0, start);
  return [...calls.slice(0, start), { ...next, afterMs: next.afterMs + passed }, ...others];
}

/** Makes the calls; undefined if the storage did as the model did. */
export async function failureOf(
  calls: readonly TimedCall[],
  onFresh: OnFreshStorage,
): Promise<SequenceFailure | undefined> {
  try {
    await onFresh(async (storage) => compare(storage, calls));
    return undefined;
  } catch (error) {
    return { calls, error: error instanceof Error ? error : new Error(String(error), { cause: error }) };
  }
}

/** @throws for the first call after which the two differ. */
async function compare(storage: Storage, calls: readonly TimedCall[]): Promise<void> {
  if (!storage.capabilities.retains) return;
  const [model, real] = [new StorageSide(new SequentialStorage()), new StorageSide(storage)];
  let now = NOW;
  for (const [index, { afterMs, call }] of calls.entries()) {
    now += afterMs;
    const where = `call ${index + 1}, ${call.call}, at +${now - NOW} ms`;
    const [wanted, got] = [await model.make(call, now), await real.make(call, now)];
    deepEqual(got, wanted, `the answer to ${where}, to be as the model gives it`);
    const [listed, own] = [await model.listing(now), await real.listing(now)];
    deepEqual(own, listed, `what can be read after ${where}, to be as in the model`);
  }
}

function deepEqual(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    throw new Error(`expected ${what}\n${(error as Error).message}`, { cause: error });
  }
}

/** The calls, one a line, with the instants at which they are made; those within a call are relative to it. */
export function sequenceText(calls: readonly TimedCall[]): string {
  let at = 0;
  const lines = calls.map(({ afterMs, call }, index) => {
    at += afterMs;
    return `${String(index + 1).padStart(4)}  +${at} ms  ${callText(call)}`;
  });
  return lines.join('\n');
}
