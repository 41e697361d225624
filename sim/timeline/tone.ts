// How much an event should worry its reader: decides its colour, and which of several in one place is shown.
import type { TraceEvent } from '../trace/trace-event.js';

/** From what goes unnoticed to what must not. */
export const TONES = ['quiet', 'plain', 'good', 'warn', 'bad'] as const;

/** One of `TONES`. */
export type Tone = (typeof TONES)[number];

const SIGNAL_TONES: Readonly<Record<string, Tone>> = {
  enqueued: 'plain',
  scheduled: 'plain',
  executing: 'quiet',
  complete: 'good',
  error: 'bad',
  retrying: 'warn',
  revoked: 'warn',
  canceled: 'warn',
  expired: 'warn',
  interrupted: 'bad',
  locked: 'warn',
  'rate-limited': 'warn',
  timeout: 'bad',
};

/** Faults that mend what others broke. */
const REPAIRS: ReadonlySet<string> = new Set(['restart', 'resume', 'heal']);

/** The tone of one event; a signal that is not known is plain. */
export function toneOf({ kind, op = '' }: TraceEvent): Tone {
  if (kind === 'signal') return Object.hasOwn(SIGNAL_TONES, op) ? SIGNAL_TONES[op]! : 'plain';
  if (kind === 'fault') return REPAIRS.has(op) ? 'good' : 'bad';
  return kind === 'command' ? 'plain' : 'quiet';
}

/** Whether the signal means that the attempt at the task it speaks of has failed. */
export function isFailure({ kind, op = '' }: TraceEvent): boolean {
  return (
    kind === 'signal' &&
    ['error', 'timeout', 'interrupted', 'locked', 'rate-limited', 'canceled'].includes(op)
  );
}
