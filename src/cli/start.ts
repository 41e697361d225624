// From the process to the program and back: runs it on the real host, and exits with what it says.
import { processHost, runProcess } from './host.js';
import { COMMANDS, type CommandRow } from './commands.js';
import { run } from './program.js';

/** Runs the program; `before` are arguments that go before those of the process, `more` are commands beside its own. */
export async function start(before: readonly string[], more: readonly CommandRow[] = []): Promise<never> {
  return runProcess(() => run(processHost(before), [...COMMANDS, ...more]));
}
