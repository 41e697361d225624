// Long stretches of one actor, with a switch now and then: closer to how processes run than an even draw, and better
// at finding what needs one actor to get far while another stands still.
import { expected } from '../../src/check.js';
import type { Random } from '../../src/runtime.js';
import type { Chooser } from './chooser.js';
import { SerialOrder } from './serial-order.js';

/** What `stickyChooser` takes. */
export interface StickyOptions {
  /** How likely an actor that could go on has to let another go first. Default 0.1. */
  readonly switchRate?: number;
}

/** Lets an actor go on while it can, but for switches drawn from the source; faults are drawn evenly. */
export function stickyChooser(random: Random, { switchRate = 0.1 }: StickyOptions = {}): Chooser {
  if (!(switchRate >= 0 && switchRate <= 1))
    throw expected('switchRate', 'a number of at least 0 and at most 1', switchRate);
  const order = new SerialOrder();
  return {
    choose(kind, n, key) {
      if (kind !== 'turn') return Math.floor(random.next() * n);
      const stay = order.indexOfCurrent(n, key);
      const choice = stay === undefined || random.next() < switchRate ? Math.floor(random.next() * n) : stay;
      order.went(key(choice));
      return choice;
    },
  };
}
