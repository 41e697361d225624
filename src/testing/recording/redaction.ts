// What a recording must not show: replaced before a line is written. What cannot be redacted as asked is left out.
import { checkOptionNames, expected } from '../../check.js';
import { jsonSerializer } from '../../model/serializer.js';
import { REDACTED, type RedactedPaths } from './recording-event.js';

/** A part of what happens to a task, about to be written down. */
export interface RecordedPart {
  /** The name of the task. */
  readonly task: string;
  readonly part: 'args' | 'kwargs' | 'result' | 'error';
  /** `args`: the list of arguments. `error`: name and message, as text. */
  readonly value: unknown;
}

/** Returns what is written down in place of the value: the value itself to keep it. Replaced arguments are what a replay runs with. */
export type RedactPart = (part: RecordedPart) => unknown;

/** What `record` takes as `redact`. */
export interface RedactOptions {
  /** By the name of the task, `*` for every task: `{ '*': ['args[0].password'], login: ['result.token', 'error'] }`. */
  readonly paths?: RedactedPaths;
  /** Called with every part, after the paths. */
  readonly replace?: RedactPart;
}

type Step = string | number;

const PATH = /^(args|kwargs|result|error)((?:\.[\p{ID_Start}$_][\p{ID_Continue}$-]*|\[\d+\]|\["[^"]+"\])*)$/u;

export class Redaction {
  readonly paths: RedactedPaths;
  readonly replace: RedactPart | undefined;
  readonly #steps = new Map<string, readonly (readonly Step[])[]>();

  /** @throws ConfigurationError naming the path that is none. */
  constructor(options?: RedactOptions | RedactPart) {
    const { paths = {}, replace } = typeof options === 'function' ? { replace: options } : checked(options);
    this.paths = paths;
    this.replace = replace;
    for (const [task, list] of Object.entries(paths)) this.#steps.set(task, list.map(stepsOf));
  }

  /** Whether anything is redacted at all. */
  get isOn(): boolean {
    return this.#steps.size > 0 || this.replace !== undefined;
  }

  /** The part as plain JSON, and whether it was changed. @throws what `replace` throws, SerializationError. */
  apply(part: RecordedPart): { readonly value: unknown; readonly redacted: boolean } {
    let value = plain(part.value);
    if (!this.isOn) return { value, redacted: false };
    const before = JSON.stringify(value);
    for (const task of ['*', part.task])
      for (const [root, ...steps] of this.#steps.get(task) ?? [])
        if (root === part.part) value = redactAt(value, steps);
    if (this.replace !== undefined) value = plain(this.replace({ ...part, value: revived(value) }));
    return { value, redacted: JSON.stringify(value) !== before };
  }
}

/** A value as plain JSON, as the default serializer writes it. */
export function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(jsonSerializer.serialize(value));
}

/** The value that plain JSON stands for. */
export function revived(value: unknown): unknown {
  return jsonSerializer.deserialize(JSON.stringify(value));
}

function checked(options: RedactOptions = {}): RedactOptions {
  checkOptionNames(options, ['paths', 'replace'], 'redact');
  if (options.replace !== undefined && typeof options.replace !== 'function')
    throw expected('redact.replace', 'a function', options.replace);
  return options;
}

function stepsOf(path: string): readonly Step[] {
  const match = typeof path === 'string' ? PATH.exec(path) : null;
  if (match === null)
    throw expected(
      'redact',
      'paths such as `args[0].password`, `kwargs.to`, `result.token` or `error`',
      path,
    );
  const steps = [...match[2]!.matchAll(/\.([^.[]+)|\[(\d+)\]|\["([^"]+)"\]/gu)];
  return [match[1]!, ...steps.map(([, name, index, key]) => name ?? key ?? Number(index))];
}

/** A copy in which the value at the path is replaced; the value itself if there is nothing. */
function redactAt(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return REDACTED;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  const member = redactAt((value as Record<Step, unknown>)[step], rest);
  if (Array.isArray(value)) return value.map((one: unknown, index) => (index === step ? member : one));
  return { ...value, [step]: member };
}
