// The list of invariants, by number; and how they are chosen by name.
import { ConfigurationError } from '../../src/errors.js';
import { chordOnce } from './chord-once.js';
import { conservation } from './conservation.js';
import { expiredNever, notBeforeEta, rescheduledOriginal } from './eligibility.js';
import { concurrency, executionBound, singleExecution, timeoutBound } from './executions.js';
import type { Invariant } from './invariant.js';
import { liveness, nothingLeft } from './leftovers.js';
import { lockFreed, lockHolders } from './locks.js';
import { periodicOnce } from './periodic.js';
import { pipelineSuccessor } from './pipeline-successor.js';
import { queueOrder } from './queue-order.js';
import { rateLimit } from './rate-limit.js';
import { deadLetters, idleCrash } from './recovery.js';
import { resultStored } from './results.js';
import { retryDelay } from './retry-delay.js';
import { revokedNever, revokeOnce, revokeUntil } from './revocations.js';
import { sequentialStorage } from './sequential.js';
import { signalAfterWrite, signalOrder } from './signals.js';

/** All invariants, by number. */
export const INVARIANTS: readonly Invariant[] = [
  singleExecution,
  notBeforeEta,
  revokedNever,
  revokeOnce,
  revokeUntil,
  lockHolders,
  lockFreed,
  queueOrder,
  expiredNever,
  executionBound,
  retryDelay,
  periodicOnce,
  conservation,
  signalAfterWrite,
  chordOnce,
  pipelineSuccessor,
  rateLimit,
  signalOrder,
  resultStored,
  nothingLeft,
  concurrency,
  timeoutBound,
  rescheduledOriginal,
  sequentialStorage,
  idleCrash,
  liveness,
  deadLetters,
];

/** An invariant by its name or its number, or one of the user's own. */
export type InvariantChoice = string | number | Invariant;

/** Those that are chosen; all, if nothing is said. @throws ConfigurationError for a name or a number that none has. */
export function chosenInvariants(choices?: readonly InvariantChoice[]): readonly Invariant[] {
  return choices === undefined ? INVARIANTS : choices.map(chosen);
}

function chosen(choice: InvariantChoice): Invariant {
  if (typeof choice === 'object') return choice;
  const found = INVARIANTS.find(({ name, number }) => name === choice || number === choice);
  if (found !== undefined) return found;
  throw new ConfigurationError(
    `expected invariants to be among ${INVARIANTS.map(({ number, name }) => `${number} ${name}`).join(', ')}, got ${choice}`,
  );
}
