// Errors both ways, by the names of FORMAT.md: Error is what scripted bodies raise, ValueError a bad argument,
// HueyException a task that nobody knows. Anything else that is thrown shows as Internal, with its message.
import {
  CancelExecution,
  ConfigurationError,
  isCancelExecution,
  isHueyError,
  isRetryTask,
  RetryTask,
} from '../../../src/errors.js';
import { CorpusError, type Json, type JsonObject } from './corpus.js';
import { plainNumber } from './plain-number.js';

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['ConfigurationError', 'ValueError'],
  ['UnknownTaskError', 'HueyException'],
]);

const BY_NAME_ALONE: ReadonlySet<string> = new Set([
  'TaskLockedException',
  'TaskTimeout',
  'RateLimitExceeded',
  'ResultTimeout',
]);

/** The error as the files write it. */
export function tellError(error: unknown): Json {
  if (isRetryTask(error)) return { class: 'RetryTask', message: error.message };
  if (isCancelExecution(error)) return { class: 'CancelExecution' };
  if (isHueyError(error, 'TaskException')) {
    const { metadata } = error;
    return {
      class: 'TaskException',
      error: tellError(metadata.error),
      retries: plainNumber(metadata.retries),
      task_id: metadata.taskId,
    };
  }
  if (!(error instanceof Error)) return { class: 'Internal:thrown', message: String(error) };
  const { name, message } = error;
  if (isHueyError(error) && RENAMED.has(name)) return { class: RENAMED.get(name)! };
  if (isHueyError(error) && BY_NAME_ALONE.has(name)) return { class: name };
  return name === 'Error' ? { class: 'Error', message } : { class: `Internal:${name}`, message };
}

/** The error that the files write so. @throws CorpusError for a class that no scenario can make. */
export function errorOf(json: JsonObject): Error {
  const message = typeof json['message'] === 'string' ? json['message'] : '';
  switch (json['class']) {
    case 'Error':
      return new Error(message);
    case 'RetryTask':
      return new RetryTask(message);
    case 'CancelExecution':
      return new CancelExecution();
    case 'ValueError':
      return new ConfigurationError(message);
    default:
      throw new CorpusError(`no value can be made of an error of class ${JSON.stringify(json['class'])}`);
  }
}
