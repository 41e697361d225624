// The pages leave nothing out: every option, signal, error, log message and deviation stands on the page that lists them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as names from 'huey-ts';
import { MemoryHuey, SIGNALS } from 'huey-ts';
import * as simulator from 'huey-ts/sim';
import { readFiles, ROOT } from '../files.js';

const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the guide', () => {
  const huey = new MemoryHuey();
  const task = huey.task('task', () => {});

  it.each([
    ['a Huey', (stranger: object) => new MemoryHuey(stranger)],
    ['a task', (stranger: object) => huey.task('another', stranger, () => {})],
    ['a call', (stranger: object) => task.with(stranger)],
  ])('lists every option of %s', (_, declare) => {
    const options = optionsNamedBy(() => declare({ zzzzzzzzzzzzzzzz: true }));
    expect(options.length).toBeGreaterThan(5);
    expect(options.filter((option) => !isInTable(page('docs/guide.md'), option))).toEqual([]);
  });

  it('lists every signal', () => {
    expect(SIGNALS.filter((signal) => !isInTable(page('docs/guide.md'), signal))).toEqual([]);
  });
});

it('the page about the simulator lists every invariant', () => {
  const text = page('docs/simulator.md');
  expect(simulator.INVARIANTS.map(({ name }) => name).filter((name) => !isInTable(text, name))).toEqual([]);
});

describe('the page about errors', () => {
  const errors = page('docs/errors.md');

  it('has a heading that names each class', () => {
    const headings = errors.split('\n').filter((line) => line.startsWith('### '));
    const classes = Object.entries({ ...names, ...simulator }).filter(([, value]) => isErrorClass(value));
    expect(classes.length).toBeGreaterThan(10);
    expect(classes.map(([name]) => name).filter((name) => !headings.join().includes(name))).toEqual([]);
  });

  it('lists each message that is logged', () => {
    const sources = [...readFiles(['src', 'sim'], '.ts').values()].join('\n');
    const messages = [...sources.matchAll(/logger\s*\.(?:debug|info|warn|error)\(\s*'([^']+)'/g)].map(
      ([, message]) => message!,
    );
    expect(messages.length).toBeGreaterThan(5);
    expect(messages.filter((message) => !isInTable(errors, message))).toEqual([]);
  });
});

it('the page about parity names each scenario that deviates', () => {
  const deviations = JSON.parse(page('fixtures/conformance/deviations.json')) as readonly {
    readonly scenario: string;
  }[];
  const parity = page('docs/parity.md');
  expect(deviations.map(({ scenario }) => scenario).filter((id) => !parity.includes(`\`${id}\``))).toEqual(
    [],
  );
});

/** Whether a row of a table on the page names it, as code. */
function isInTable(text: string, name: string): boolean {
  return text.split('\n').some((line) => line.startsWith('|') && line.includes(`\`${name}\``));
}

/** The options that the refusal of a stranger lists. */
function optionsNamedBy(declare: () => unknown): string[] {
  try {
    declare();
  } catch (error) {
    const [, list = ''] = /the options are (.*)$/.exec((error as Error).message) ?? [];
    return [...list.matchAll(/`(\w+)`/g)]
      .map(([, option]) => option!)
      .filter((option) => option !== 'storage');
  }
  throw new Error('expected a stranger among the options to be refused');
}

function isErrorClass(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Error;
}
