// A scenario as text: in one line to paste, and as JSON.
import { base64, bytesOfBase64 } from '../../src/model/base64.js';
import { checkScenario, type Scenario } from './scenario.js';
import { SimulationError } from '../simulation-error.js';

/** What every token begins with: its number counts up when older versions could not read it. */
const TOKEN = 'sim1.';

/** A scenario in one line of letters, digits and signs that survive a shell. */
export function scenarioToken(scenario: Scenario): string {
  const text = base64(new TextEncoder().encode(JSON.stringify(scenario)));
  return TOKEN + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The scenario in a token. @throws SimulationError for what is none. */
export function scenarioOf(token: string): Scenario {
  return scenarioFrom('the token of a scenario', token, () => {
    if (!token.startsWith(TOKEN)) throw new Error(`it does not begin with ${TOKEN}`);
    const text = token.slice(TOKEN.length).trim().replaceAll('-', '+').replaceAll('_', '/');
    const bytes = bytesOfBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
    if (bytes === undefined) throw new Error('a part of it is missing or changed');
    return JSON.parse(new TextDecoder().decode(bytes));
  });
}

/** The scenario in JSON, or in its field `scenario`. @throws SimulationError for what has none. */
export function scenarioOfJson(json: string): Scenario {
  return scenarioFrom('a scenario', json, () => {
    const parsed = JSON.parse(json) as { readonly scenario?: unknown };
    return typeof parsed.scenario === 'object' ? parsed.scenario : parsed;
  });
}

function scenarioFrom(what: string, text: string, read: () => unknown): Scenario {
  try {
    const scenario = read() as Scenario;
    checkScenario(scenario);
    return scenario;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulationError(`expected ${what}, got ${text.slice(0, 40)}: ${reason}`, { cause });
  }
}
