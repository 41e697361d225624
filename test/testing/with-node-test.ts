// Run by matchers.test.ts with node's own test runner, in a process of its own.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MemoryHuey } from 'huey-ts';
import {
  assertEnqueued,
  assertIdle,
  assertRetried,
  assertSignals,
  drain,
  enterMode,
  type EnteredMode,
  inMode,
  leakCheck,
} from 'huey-ts/testing';

const huey = new MemoryHuey();
const send = huey.task('send', { retries: 1, retryDelay: '1m' }, (to: string) => {
  if (to === '') throw new Error('nobody');
});

let mode: EnteredMode;
beforeEach(() => {
  mode = enterMode(huey, 'capture');
});
afterEach(async () => {
  await leakCheck(huey, { allow: ['results'] });
  mode.leave();
});

void test('a task is enqueued and run', async () => {
  await send('ada');
  await assertEnqueued(huey, send, { args: [/^a/] });
  await drain(huey);
  assertSignals(send, ['enqueued', 'executing', 'complete']);
});

void test('a task is retried', async () => {
  await send('');
  await drain(huey, { scheduled: true });
  assertRetried(send, 1);
  await assertIdle(huey);
});

void test('a failure is an AssertionError', async () => {
  await assert.rejects(assertEnqueued(huey, send), { name: 'AssertionError', code: 'ERR_ASSERTION' });
});

void test(
  'a test in a mode of its own',
  inMode(huey, 'immediate', async () => {
    await send('grace');
    assertSignals(send, ['enqueued', 'executing', 'complete']);
  }),
);
