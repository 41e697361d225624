// Asking before something is destroyed. Without a terminal there is nobody to ask, and silence is no consent.
import { CliFailure, EXIT } from './failure.js';
import type { Host } from './host.js';

/** @throws CliFailure unless somebody has said yes, on the command line or at the terminal. */
export async function askFirst(host: Host, question: string, isAgreed: boolean | undefined): Promise<void> {
  if (isAgreed === true) return;
  const answer = await host.ask(`${question} [y/N] `);
  if (answer === undefined)
    throw new CliFailure(
      EXIT.usage,
      'there is no terminal to ask at; say --yes to go ahead without being asked',
    );
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure(EXIT.failed, 'nothing was changed');
}
