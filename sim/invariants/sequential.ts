// The storage as a whole: call by call it answers as the sequential model does.
import { Lockstep } from '../sequential/lockstep.js';
import type { Invariant } from './invariant.js';

/** How much of two answers is shown. */
const SHOWN = 300;

/** Makes every call again on the model. */
export const sequentialStorage: Invariant = {
  number: 24,
  name: 'sequential-storage',
  describe:
    'Every call of the storage is answered as a sequential model answers it, in the order in which the calls took effect.',
  watch({ complain, cover }) {
    const lockstep = new Lockstep();
    let isBroken = false;
    return {
      on: {
        called({ op, args, answer, actor }) {
          if (isBroken) return;
          const divergence = lockstep.follow(op, args, answer);
          if (lockstep.isLost) {
            isBroken = true;
            cover('model lost to clocks');
          }
          if (divergence === undefined) return;
          // What comes after follows from it.
          isBroken = true;
          const { got, wanted } = divergence;
          complain(`${op} of ${actor} is answered ${got.slice(0, SHOWN)}, not ${wanted.slice(0, SHOWN)}`);
        },
      },
    };
  },
};
