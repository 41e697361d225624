// Every word that a scenario may use, checked before it plays: what is misspelt in a branch that is never taken must
// not pass for conforming.
import { BEHAVIOURS } from './behaviours.js';
import { HOOKS } from './bodies.js';
import { isObject, type Json, type Scenario } from './corpus.js';
import { HUEY_OPTIONS } from './declarations.js';
import { SIGNATURE_FIELDS } from './enqueuing.js';
import { OPERATIONS } from './observation.js';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const SETTING = words('quirk seed start options tasks hooks handlers');
const SPEC = words(
  'kind crontab retries retry_delay retry_backoff priority expires timeout context lock rate_limit behaviour',
);
const HOOK = words('name task behaviour');
const HANDLER = words('name signals behaviour');
const CHORD = words('members callback');
const SIGNATURE: ReadonlySet<string> = new Set(SIGNATURE_FIELDS);

/** What the scenario says that nobody here understands, each with its place. */
export function unknownWords({ setting, steps }: Scenario): string[] {
  const found: string[] = [];
  checkKeys(found, 'the scenario', setting, SETTING);
  const { options, tasks, hooks, handlers } = setting;
  checkKeys(found, 'options', options ?? {}, new Set(HUEY_OPTIONS.keys()));
  for (const [name, spec] of members(tasks)) checkSpec(found, `task ${name}`, spec);
  checkKeys(found, 'hooks', hooks ?? {}, HOOKS);
  for (const [kind, list] of members(hooks))
    for (const hook of items(list)) {
      checkKeys(found, `hook ${kind}`, hook, HOOK);
      checkBehaviour(found, `hook ${kind}`, member(hook, 'behaviour'));
    }
  for (const handler of items(handlers)) {
    checkKeys(found, 'handler', handler, HANDLER);
    checkBehaviour(found, 'handler', member(handler, 'behaviour'));
  }
  for (const [index, { step }] of steps.entries()) checkStep(found, `step ${index + 1}`, step);
  return found;
}

function checkStep(found: string[], where: string, step: Json | undefined): void {
  const op = member(step, 'op');
  const operation = typeof op === 'string' ? OPERATIONS.get(op) : undefined;
  if (operation === undefined) return void found.push(`${where}: unknown op ${JSON.stringify(op)}`);
  const place = `${where}, ${JSON.stringify(op)}`;
  checkKeys(found, place, step, new Set(['op', 'as', ...operation.inputs]));
  checkParts(found, place, step);
  checkBehaviour(found, place, member(step, 'behaviour'));
  if (op === 'register') checkSpec(found, place, member(step, 'spec'));
}

function checkSpec(found: string[], where: string, spec: Json | undefined): void {
  checkKeys(found, where, spec, SPEC);
  checkBehaviour(found, where, member(spec, 'behaviour'));
}

/** The signatures inside a step or a signature. */
function checkParts(found: string[], where: string, whole: Json | undefined): void {
  for (const name of ['then', 'error', 'group'])
    for (const part of items(member(whole, name))) checkSignature(found, `${where}: ${name}`, part);
  const chord = member(whole, 'chord');
  if (chord === undefined) return;
  checkKeys(found, `${where}: chord`, chord, CHORD);
  for (const part of items(member(chord, 'members'))) checkSignature(found, `${where}: members`, part);
  checkSignature(found, `${where}: callback`, member(chord, 'callback'));
}

function checkSignature(found: string[], where: string, signature: Json | undefined): void {
  checkKeys(found, where, signature, SIGNATURE);
  checkParts(found, where, signature);
}

function checkBehaviour(found: string[], where: string, json: Json | undefined): void {
  if (json === undefined) return;
  if (Array.isArray(json)) return items(json).forEach((one) => checkBehaviour(found, where, one));
  const name = member(json, 'do');
  const behaviour = typeof name === 'string' ? BEHAVIOURS.get(name) : undefined;
  if (behaviour === undefined)
    return void found.push(`${where}: unknown behaviour ${JSON.stringify(name ?? json)}`);
  const place = `${where}: ${JSON.stringify(name)}`;
  checkKeys(found, place, json, new Set(['do', ...behaviour.fields]));
  for (const branch of ['then', 'else']) checkBehaviour(found, place, member(json, branch));
  if (behaviour.fields.includes('step')) checkStep(found, place, member(json, 'step'));
}

function checkKeys(found: string[], where: string, json: Json | undefined, known: ReadonlySet<string>): void {
  if (!isObject(json)) return void found.push(`${where}: expected an object, got ${JSON.stringify(json)}`);
  for (const key of Object.keys(json)) if (!known.has(key)) found.push(`${where}: unknown key "${key}"`);
}

function member(json: Json | undefined, key: string): Json | undefined {
  return isObject(json) ? json[key] : undefined;
}

function members(json: Json | undefined): [string, Json | undefined][] {
  return isObject(json) ? Object.entries(json) : [];
}

function items(json: Json | undefined): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : [];
}
