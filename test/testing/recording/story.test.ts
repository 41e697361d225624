import { describe, expect, it } from 'vitest';
import type { RecordingEvent } from 'huey-ts/testing';
import { Story } from '../../../src/testing/recording/story.js';

/** Events of one task, written as `signal attempt`. */
function storyOf(...told: readonly string[]) {
  const events = told.map((text): RecordingEvent => {
    const [signal, attempt] = text.split(' ');
    return {
      kind: 'signal',
      at: 0,
      signal: signal as never,
      id: 'a',
      name: 'task',
      attempt: Number(attempt),
    };
  });
  const [story] = Story.of(events).tasks();
  return { steps: story!.steps.map(({ op, attempt }) => `${op} ${attempt}`), hasEnded: story!.hasEnded };
}

describe('the story of a task', () => {
  it.each<[string, string, string, boolean]>([
    ['is what happened', 'enqueued 0, executing 0, complete 0', 'enqueued 0, executing 0, complete 0', true],
    [
      'tells one attempt after the other, though the next began before the end of one was told of',
      'enqueued 0, executing 0, executing 1, error 0, retrying 0, enqueued 1, complete 1',
      'enqueued 0, executing 0, error 0, retrying 0, enqueued 1, executing 1, complete 1',
      true,
    ],
    [
      'tells that it was enqueued before that it ran, though who enqueued it learned of it late',
      'scheduled 0, executing 0, enqueued 0, complete 0',
      'scheduled 0, enqueued 0, executing 0, complete 0',
      true,
    ],
    [
      'leaves out a run whose worker died, and one that was stopped',
      'enqueued 0, executing 0, executing 0, interrupted 0, executing 0, complete 0',
      'enqueued 0, executing 0, complete 0',
      true,
    ],
    ['leaves out a run that is under way', 'enqueued 0, executing 0', 'enqueued 0', false],
    [
      'has not ended while another attempt waits',
      'enqueued 0, executing 0, error 0, retrying 0, scheduled 1',
      'enqueued 0, executing 0, error 0, retrying 0, scheduled 1',
      false,
    ],
  ])('%s', (_, told, steps, hasEnded) => {
    expect(storyOf(...told.split(', '))).toEqual({ steps: steps.split(', '), hasEnded });
  });
});
