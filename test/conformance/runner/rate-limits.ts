// Rate limits, the same in declarations, behaviours and steps.
import type { RateLimitOption } from '../../../src/model/task-options.js';
import type { Fields } from './fields.js';

/** A rate limit as the files write it. */
export function rateLimitOf(fields: Fields): RateLimitOption {
  return {
    name: fields.text('name'),
    limit: fields.number('limit'),
    per: fields.number('per'),
    ...(fields.has('retry') && { retry: fields.flag('retry') }),
  };
}
