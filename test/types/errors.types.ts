import { isHueyError, isRetryTask, RetryTask, SerializationError } from '../../src/errors.js';
import type { Equal, Expect } from './expect-type.js';

declare const error: unknown;

export const delay = isRetryTask(error) ? error.delay : null;

// @ts-expect-error: the guard is for RetryTask alone, HueyErrors have no delay.
if (isHueyError(error)) void error.delay;

// @ts-expect-error: there is no such fault.
void new SerializationError('misspelt', 'message');

// @ts-expect-error: options are named.
void new RetryTask('not yet', '1m');

export type Assertions = [
  Expect<Equal<typeof delay, number | string | undefined | null>>,
  Expect<Equal<RetryTask['eta'], Date | number | string | undefined>>,
  Expect<Equal<SerializationError['path'], string | undefined>>,
];
