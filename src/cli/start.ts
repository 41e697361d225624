// From the process to the program and back: runs it on the real host, and exits with what it says.
import { processHost, runProcess } from './host.js';
import { run } from './program.js';

/** Runs the program; `before` are arguments that go before those of the process. */
export async function start(before: readonly string[]): Promise<never> {
  return runProcess(() => run(processHost(before)));
}
