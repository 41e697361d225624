// The recorded files: how they are shaped, and how they are read. What is not in the format of FORMAT.md is refused by
// file and place; nothing is left out in silence.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A value as the files write it. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export type JsonObject = { readonly [key: string]: Json | undefined };

/** What a step must come to. What is absent: null, nothing raised, no events, the state of the step before. */
export interface Expectation {
  readonly out?: Json;
  readonly raises?: Json;
  readonly events?: readonly Json[];
  readonly state?: Json;
}

export interface Step extends JsonObject {
  readonly op: string;
}

export interface TopStep {
  readonly step: Step;
  readonly expect: Expectation;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** The file it stands in. */
  readonly file: string;
  readonly tags: readonly string[];
  /** Everything else that it says: options, tasks, hooks, handlers, start. */
  readonly setting: JsonObject;
  readonly steps: readonly TopStep[];
}

export interface CrontabEntry {
  readonly id: string;
  readonly file: string;
  readonly entry: JsonObject;
}

export interface Corpus {
  readonly scenarios: readonly Scenario[];
  readonly crontabs: readonly CrontabEntry[];
}

/** A file that is not in the format, or a scenario that asks for what does not exist: the fault of the corpus. */
export class CorpusError extends Error {
  override name = 'CorpusError';
}

/** Lies beside the recordings and is none. */
export const DEVIATIONS_FILE = 'deviations.json';

/** Reads files and folders of files. @throws CorpusError naming the file and what is wrong with it. */
export function readCorpus(paths: readonly string[]): Corpus {
  const files = [...new Set(paths.flatMap(listFiles))];
  const parts = files.map((file) => parseCorpus(readFileSync(file, 'utf8'), file));
  const corpus = {
    scenarios: parts.flatMap(({ scenarios }) => scenarios),
    crontabs: parts.flatMap(({ crontabs }) => crontabs),
  };
  checkIds([...corpus.scenarios, ...corpus.crontabs]);
  return corpus;
}

function listFiles(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) throw new CorpusError(`${path}: there is no such file or folder`);
  if (!kind.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.json') && name !== DEVIATIONS_FILE);
  if (names.length === 0) throw new CorpusError(`${path}: there is no .json file in this folder`);
  return names.sort().map((name) => join(path, name));
}

/** Two of one id could not be told apart in a report, nor by a deviation. */
function checkIds(items: readonly { readonly id: string; readonly file: string }[]): void {
  const files = new Map<string, string>();
  for (const { id, file } of items) {
    const first = files.get(id);
    if (first !== undefined) throw new CorpusError(`${file}: the id "${id}" is in use in ${first} already`);
    files.set(id, file);
  }
}

/** Parses the text of one file. @throws CorpusError naming the file and what is wrong with it. */
export function parseCorpus(text: string, file: string): Corpus {
  const content = parseJson(text, file);
  if (!isObject(content)) throw wrong(file, 'an object', content);
  if (content['format'] !== 1) throw wrong(file, '`format` to be 1', content['format']);
  const { scenarios, entries } = content;
  if (scenarios === undefined && entries === undefined)
    throw new CorpusError(`${file}: expected \`scenarios\` or \`entries\`, got neither`);
  return {
    scenarios: list(scenarios ?? [], `${file}: scenarios`).map((one, index) =>
      scenarioOf(one, file, `${file}: scenario ${index + 1}`),
    ),
    crontabs: list(entries ?? [], `${file}: entries`).map((one, index) => {
      const where = `${file}: entry ${index + 1}`;
      const entry = object(one, where);
      return { id: textAt(entry['id'], `${where}: id`), file: basename(file), entry };
    }),
  };
}

function scenarioOf(value: Json, file: string, where: string): Scenario {
  const { id, title, tags, steps, ...setting } = object(value, where);
  const name = textAt(id, `${where}: id`);
  const place = `${file}: ${name}`;
  return {
    id: name,
    title: title === undefined ? '' : textAt(title, `${place}: title`),
    file: basename(file),
    tags: list(tags ?? [], `${place}: tags`).map((tag) => textAt(tag, `${place}: tags`)),
    setting,
    steps: list(steps, `${place}: steps`).map((step, index) => topStep(step, `${place}: step ${index + 1}`)),
  };
}

function topStep(value: Json, where: string): TopStep {
  const { expect, ...step } = object(value, where);
  return {
    step: { ...step, op: textAt(step['op'], `${where}: op`) },
    expect: expectation(expect, `${where}: expect`),
  };
}

/** Checks what a step must come to. */
export function expectation(value: Json | undefined, where: string): Expectation {
  const { events, ...rest } = object(value, where);
  for (const key of Object.keys(rest))
    if (!['out', 'raises', 'state'].includes(key)) throw new CorpusError(`${where}: unknown key "${key}"`);
  return {
    ...rest,
    ...(events !== undefined && { events: list(events, `${where}: events`) }),
  };
}

/** Parses JSON. @throws CorpusError naming the file. */
export function parseJson(text: string, file: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new CorpusError(`${file}: this is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Tells an object from everything else. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object. @throws CorpusError naming the place. */
export function object(value: Json | undefined, where: string): JsonObject {
  if (isObject(value)) return value;
  throw wrong(where, 'an object', value);
}

/** The value if it is a list. @throws CorpusError naming the place. */
export function list(value: Json | undefined, where: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw wrong(where, 'a list', value);
}

function textAt(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw wrong(where, 'text', value);
}

function wrong(where: string, wanted: string, got: unknown): CorpusError {
  return new CorpusError(`${where}: expected ${wanted}, got ${JSON.stringify(got) ?? 'nothing'}`);
}
