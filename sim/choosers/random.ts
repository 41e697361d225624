// Any of them: each choice is drawn evenly. Good at finding races that need many switches; hardly ever lets one actor
// run for long while another waits.
import type { Random } from '../../src/runtime.js';
import type { Chooser } from './chooser.js';

/** Draws each choice evenly from a seeded source. */
export function randomChooser(random: Random): Chooser {
  return { choose: (_kind, n) => Math.floor(random.next() * n) };
}
