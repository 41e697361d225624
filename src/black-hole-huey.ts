// A queue that leads nowhere: producers run unchanged, and nothing happens.
import { Huey } from './huey.js';
import type { HueyOptions } from './model/huey-options.js';
import { BlackHoleStorage } from './storage/black-hole.js';

/** A Huey that forgets everything it is given: its tasks never run. */
export class BlackHoleHuey extends Huey {
  constructor(options: HueyOptions = {}) {
    super({ ...options, storage: () => new BlackHoleStorage() });
  }
}
