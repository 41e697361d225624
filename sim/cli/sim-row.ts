// The row of `huey sim` in the table of commands; what it takes is loaded when it is called.
import type { CommandRow } from '../../src/cli/commands.js';

/** The commands of the simulator. */
export const SIM_ROW: CommandRow = {
  name: 'sim',
  summary: 'run, sweep, replay and shrink simulated runs; compare and draw their traces',
  group: 'Simulate:',
  load: () => import('./sim.js'),
};
