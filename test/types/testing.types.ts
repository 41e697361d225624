// What the compiler knows of the testing kit: matchers of vitest and jest, and what is asked of an enqueued task is typed
// by the arguments of that task.
import { expect as jestExpect } from 'expect';
import { crontab, MemoryHuey, type Result } from 'huey-ts';
import type { Simulation } from 'huey-ts/sim';
import {
  assertEnqueued,
  enterMode,
  type EnteredMode,
  type EnteredSimulation,
  expectEnqueued,
  type HueyMatchers,
  inMode,
  perform,
  record,
  refuteEnqueued,
  replayRecording,
  withCapture,
  withSimulation,
} from 'huey-ts/testing';
import { expect } from 'vitest';
import { type Equal, type Expect, holds } from './expect-type.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> extends HueyMatchers<R> {}
}

const huey = new MemoryHuey();
const mail = huey.task(
  'mail',
  (to: string, options: { subject: string; lang?: string }) => to + options.subject,
);
const nightly = huey.periodicTask('nightly', crontab({ hour: '3' }), () => {});

export async function whatWasEnqueued(): Promise<void> {
  await assertEnqueued(huey, mail, { args: ['ada', { subject: 'Hi' }], in: '1h', priority: 5, times: 1 });
  await assertEnqueued(huey, mail, { args: [/a/, { subject: expect.any(String) }] });
  await assertEnqueued(huey, mail, { args: [(to) => to.includes('@'), { subject: /^H/ }] });
  await assertEnqueued(huey, 'mail', { args: [1, 2, 3] });
  await refuteEnqueued(huey, mail, { args: ['ada', expect.anything()] });
  const { value, handles } = await expectEnqueued({ task: mail, args: ['ada', {}] }, () => 7);
  holds<Equal<typeof value, number>>();
  holds<Equal<typeof handles, readonly Result<string>[]>>();

  // @ts-expect-error the first argument is text
  await assertEnqueued(huey, mail, { args: [1, { subject: 'Hi' }] });
  // @ts-expect-error a member that the argument does not have
  await assertEnqueued(huey, mail, { args: ['ada', { subjekt: 'Hi' }] });
  // @ts-expect-error one argument too many
  await assertEnqueued(huey, mail, { args: ['ada', { subject: 'Hi' }, 3] });
  // @ts-expect-error an argument is missing
  await assertEnqueued(huey, mail, { args: ['ada'] });
  // @ts-expect-error an option that is none
  await assertEnqueued(huey, mail, { arguments: [] });
  // @ts-expect-error refuting is asking for none
  await refuteEnqueued(huey, mail, { times: 2 });
  // @ts-expect-error the wrong type in a block
  await expectEnqueued({ task: mail, args: [1, {}] }, () => 7);
}

export async function matchers(): Promise<void> {
  await expect(huey).toHaveEnqueued(mail, { args: ['ada', { subject: 'Hi' }], times: 1 });
  await expect(huey).not.toHaveEnqueued('mail');
  expect(mail).toHaveSignals(['enqueued', 'complete']);
  expect(mail).toHaveRetried(2);
  expect(nightly).toHaveFired({ at: ['2026-01-01T03:00Z'] });
  await expect(mail).toBeRevoked();
  await expect(huey).toBeIdle();
  await jestExpect(huey).toHaveEnqueued(mail, { args: ['ada', { subject: 'Hi' }] });
  jestExpect(mail).not.toHaveSignals(['enqueued']);
  await jestExpect(huey).toBeIdle();

  // @ts-expect-error no such signal
  expect(mail).toHaveSignals(['done']);
  // @ts-expect-error the first argument is text
  await expect(huey).toHaveEnqueued(mail, { args: [1, { subject: 'Hi' }] });
  // @ts-expect-error the first argument is text, for jest as well
  await jestExpect(huey).toHaveEnqueued(mail, { args: [1, { subject: 'Hi' }] });
  // @ts-expect-error a count is a number
  expect(mail).toHaveRetried('twice');
}

export async function modes(): Promise<void> {
  const value = await withSimulation(huey, async (sim) => sim.now);
  const other = await withSimulation(huey, { seed: 2 }, (sim) => sim.steps);
  const captured = await withCapture([huey], () => 'x');
  holds<Equal<typeof value, Date>>();
  holds<Equal<typeof other, number>>();
  holds<Equal<typeof captured, string>>();
  const test = inMode(huey, 'simulated', async (sim, n: number) => sim.steps + n);
  const plain = inMode([huey], 'capture', (text: string) => text.length);
  const mode = enterMode(huey, 'capture');
  const simulated = enterMode(huey, 'simulated', { workers: 2 });
  holds<Equal<typeof test, (n: number) => Promise<number>>>();
  holds<Equal<typeof plain, (text: string) => Promise<number>>>();
  holds<Equal<typeof mode, EnteredMode>>();
  holds<Equal<typeof simulated, Promise<EnteredSimulation>>>();
  holds<Equal<EnteredSimulation['sim'], Simulation>>();

  // @ts-expect-error a simulation is of one Huey
  await withSimulation([huey], () => {});
  // @ts-expect-error no such mode
  void enterMode(huey, 'virtual');
  // @ts-expect-error no such option
  await withSimulation(huey, { speed: 2 }, () => {});
}

export async function performing(): Promise<void> {
  const run = await perform(mail, ['ada', { subject: 'Hi' }], { attempt: 1 });
  holds<Equal<typeof run.value, string | undefined>>();
  // @ts-expect-error an argument is missing
  await perform(mail, ['ada']);
}

export async function recording(): Promise<void> {
  await using one = record(huey, { to: 'a.jsonl', consumer: huey.createConsumer() });
  record(huey, { to: process.stdout, redact: ({ part, value }) => (part === 'args' ? [] : value) });
  record(huey, {
    to: { write: (_text: string) => Promise.resolve() },
    redact: { paths: { '*': ['args[0]'] } },
  });
  holds<Equal<typeof one.state, 'open' | 'full' | 'failed' | 'closed'>>();
  const { divergence } = await replayRecording('', huey);
  holds<Equal<typeof divergence extends { readonly text: string } | undefined ? true : false, true>>();
  // @ts-expect-error somewhere to write to is needed
  record(huey, {});
}

export type MatchersReturn = Expect<Equal<ReturnType<HueyMatchers['toBeIdle']>, Promise<void>>>;
