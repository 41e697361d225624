// A queue in this process's memory: for tests, for small programs, and as the first thing to try.
import { Huey } from './huey.js';
import type { HueyOptions } from './model/huey-options.js';
import { MemoryStorage } from './storage/memory.js';

/** A Huey whose storage is this process's memory. */
export class MemoryHuey extends Huey {
  constructor(options: HueyOptions = {}) {
    super({ ...options, storage: () => new MemoryStorage() });
  }
}
