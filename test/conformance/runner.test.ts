// The runner notices what it is there to notice.
/* oxlint-disable unicorn/no-thenable -- the format's own word for what follows; it is data here */
import { describe, expect, it } from 'vitest';
import { parseCorpus, type Scenario } from './runner/corpus.js';
import { judgeCrontab } from './runner/crontab-entry.js';
import { type Deviations, parseDeviations, strayDeviations } from './runner/deviations.js';
import { play } from './runner/observation.js';
import { reportOf } from './runner/report.js';
import { judge, judgeScenario } from './runner/verdict.js';

const enqueued = ['enqueued', 'inc', 't1', 0];
const worked = [
  ['executing', 'inc', 't1', 0],
  ['run', 'inc', 't1', 0, { args: [1] }],
  ['complete', 'inc', 't1', 0],
];
const queue = { pending: ['t1'], scheduled: [], results: [] };
const result = { pending: [], scheduled: [], results: ['t1'] };

/** Passes as it is; tests spoil one thing. */
const steps = [
  {
    op: 'enqueue',
    task: 'inc',
    args: [1],
    as: 'h',
    expect: { out: { result: 't1' }, events: [enqueued], state: queue },
  },
  { op: 'work', expect: { out: [['t1', 2]], events: worked, state: result } },
  { op: 'get', ref: 'h', preserve: true, expect: { out: 2 } },
  { op: 'lock', name: 'L', expect: { out: true, state: { ...result, results: ['lock:L', 't1'] } } },
  { op: 'lock', name: 'L', expect: { raises: { class: 'TaskLockedException' } } },
];
const tasks: Record<string, object> = { inc: { behaviour: { do: 'incr', by: 1 } } };

interface Changes {
  readonly steps?: readonly object[];
  readonly [key: string]: unknown;
}

function scenario(changes: Changes = {}): Scenario {
  const text = JSON.stringify({
    format: 1,
    scenarios: [{ id: 's', title: 'told', tasks, steps, ...changes }],
  });
  return parseCorpus(text, 'made-up.json').scenarios[0]!;
}

/** The steps, with what one of them is expected to come to changed. */
function expecting(number: number, expected: object): Scenario {
  return scenario({
    steps: steps.map((step, index) => (index === number - 1 ? { ...step, expect: expected } : step)),
  });
}

async function complaints(of: Scenario, deviations: Deviations = new Map()): Promise<string> {
  return (await judgeScenario(of, deviations)).complaints.join('\n');
}

describe('a scenario', () => {
  it('passes if every step comes to what is expected', async () => {
    expect(await complaints(scenario())).toBe('');
  });

  it.each<[string, Scenario, string]>([
    ['another value', expecting(3, { out: 3 }), 'step 3, get\n  out:\n    - 3\n    + 2'],
    ['a value instead of none', expecting(3, {}), 'step 3, get\n  out:\n    - null\n    + 2'],
    ['no raise', expecting(3, { raises: { class: 'Error' } }), '- {"class":"Error"}\n    + nothing'],
    [
      'a raise instead of none',
      expecting(5, { out: true }),
      '- nothing\n    + {"class":"TaskLockedException"}',
    ],
    ['another raise', expecting(5, { raises: { class: 'ValueError' } }), 'step 5, lock\n  raises.class:'],
    [
      'an event too many',
      expecting(2, { out: [['t1', 2]], events: worked.slice(0, 2), state: result }),
      'step 2, work\n  events (2 expected, 3 observed, after the first 2):\n    + ["complete","inc","t1",0]',
    ],
    [
      'events in another order',
      expecting(2, { out: [['t1', 2]], events: worked.toReversed(), state: result }),
      '  events (3 expected, 3 observed):\n    - ["complete","inc","t1",0]',
    ],
    ['another state', expecting(4, { out: true }), 'state.results (1 expected, 2 observed):\n    + "lock:L"'],
    ['several steps', expecting(2, {}), 'later steps differ too: 3'],
  ])('fails for %s, with the step and the difference', async (_, spoilt, complaint) => {
    expect(await complaints(spoilt)).toContain(complaint);
  });

  it.each<[string, Changes, string]>([
    ['op', { steps: [{ op: 'dance', expect: {} }] }, 'step 1: unknown op "dance"'],
    ['input of a step', { steps: [{ op: 'work', at_once: true, expect: {} }] }, 'unknown key "at_once"'],
    [
      'key of a nested signature',
      { steps: [{ ...steps[0], then: [{ task: 'inc', argz: [] }] }] },
      'unknown key "argz"',
    ],
    ['option', { options: { resultz: true } }, 'options: unknown key "resultz"'],
    ['setting', { taskz: {} }, 'unknown key "taskz"'],
    ['kind of hook', { hooks: { mid_execute: [] } }, 'hooks: unknown key "mid_execute"'],
    [
      'behaviour in a branch that is not taken',
      {
        tasks: {
          inc: {
            behaviour: [
              { do: 'if_negative', then: { do: 'fly' } },
              { do: 'incr', by: 1 },
            ],
          },
        },
      },
      'unknown behaviour "fly"',
    ],
    [
      'op inside a body',
      { tasks: { inc: { behaviour: { do: 'step', step: { op: 'dance' } } } } },
      'unknown op "dance"',
    ],
  ])('fails for an unknown %s, naming it', async (_, changes, complaint) => {
    expect(await complaints(scenario(changes))).toContain(complaint);
  });

  it.each<[string, Changes, string]>([
    [
      'names no task',
      { steps: [{ op: 'enqueue', task: 'dec', expect: {} }] },
      'step 1, enqueue: there is no task "dec"',
    ],
    [
      'names no handle',
      { steps: [{ op: 'get', ref: 'h.2', expect: {} }] },
      'step 1, get: get: there is no handle "h.2"',
    ],
    ['lacks an input', { steps: [{ op: 'lock', expect: {} }] }, 'expected `name` to be text, got nothing'],
    [
      'waits for ever',
      { steps: [steps[0]!, { op: 'get', ref: 'h', blocking: true, expect: {} }] },
      'waits for ever',
    ],
    ['starts at no time', { start: 'noon' }, 'expected `start` to be a date and time, got "noon"'],
    [
      'never ends',
      {
        options: { immediate: true },
        tasks: { inc: { retries: 'inf', behaviour: { do: 'raise', message: '' } } },
      },
      'step 1, enqueue: a step never ends',
    ],
  ])('fails if it %s', async (_, changes, complaint) => {
    expect(await complaints(scenario(changes))).toContain(complaint);
  });

  it('fails for a fault inside a body, which the engine takes for an error of the task', async () => {
    const body = { do: 'step', step: { op: 'get', ref: 'nobody' } };
    expect(await complaints(scenario({ tasks: { inc: { behaviour: body } } }))).toContain(
      'step 2, work: get: there is no handle "nobody"',
    );
  });

  it('fails if a task was taken and never settled', async () => {
    const played = await play(scenario());
    expect(judge(scenario(), { ...played, inFlight: ['t7'] })).toEqual(['taken and never settled: t7']);
  });
});

describe('a deviation', () => {
  const foreign = expecting(3, { out: 'something else' });

  function deviations(...overrides: readonly object[]): Deviations {
    return parseDeviations(
      JSON.stringify([{ scenario: 's', reason: 'better so', overrides }]),
      'deviations.json',
    );
  }

  it('passes as pinned, and says why', async () => {
    const verdict = await judgeScenario(foreign, deviations({ step: 3, expect: { out: 2 } }));
    expect(verdict).toMatchObject({ complaints: [], deviates: 'better so' });
  });

  it('replaces the parts it gives, and no others', async () => {
    const recorded = expecting(5, { raises: { class: 'Error' }, state: queue });
    const pinned = {
      raises: { class: 'TaskLockedException' },
      state: { pending: [], results: ['lock:L', 't1'] },
    };
    expect(await complaints(recorded, deviations({ step: 5, expect: pinned }))).toBe('');
    const { state: _, ...partial } = pinned;
    expect(await complaints(recorded, deviations({ step: 5, expect: partial }))).toContain('state.pending');
  });

  it('may say what to remove from a list and what to add', async () => {
    const recorded = expecting(2, { out: [['t1', 2]], events: [...worked, ['other']], state: result });
    const events = { remove: [['other']], add: [] };
    expect(await complaints(recorded, deviations({ step: 2, expect: { events } }))).toBe('');
    const short = expecting(2, { out: [['t1', 2]], events: [worked[0], worked[2]], state: result });
    expect(
      await complaints(short, deviations({ step: 2, expect: { events: { add: [[1, worked[1]]] } } })),
    ).toBe('');
  });

  it('leaves its state to the steps that are recorded as changing nothing', async () => {
    const recorded = expecting(4, { out: true });
    const state = { results: ['lock:L', 't1'] };
    expect(await complaints(recorded, deviations({ step: 4, expect: { state } }))).toBe('');
  });

  it.each<[string, object, string]>([
    ['its pin is wrong', { step: 3, expect: { out: 4 } }, 'step 3, get\n  out:\n    - 4\n    + 2'],
    ['another step differs', { step: 2, expect: { out: null } }, 'step 2, work'],
    ['there is no such step', { step: 9, expect: { out: 2 } }, 'stale deviation: there is no step 9'],
    [
      'there is nothing of the kind to remove',
      { step: 2, expect: { events: { remove: [['other']] } } },
      'stale deviation: step 2 has no ["other"] to remove',
    ],
  ])('fails if %s', async (_, override, complaint) => {
    expect(await complaints(foreign, deviations(override))).toContain(complaint);
  });

  it('is stale once its scenario passes without it', async () => {
    expect(await complaints(scenario(), deviations({ step: 3, expect: { out: 2 } }))).toBe(
      'stale deviation: step 3 comes to what was recorded; take it off the list',
    );
  });

  it('must belong to a scenario', () => {
    expect(strayDeviations(deviations({ step: 1, expect: {} }), [])).toEqual(['s']);
    expect(strayDeviations(deviations({ step: 1, expect: {} }), [scenario()])).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['that names no scenario', [{ reason: 'x', overrides: [] }], 'deviation 1 names no scenario'],
    ['without a reason', [{ scenario: 's', overrides: [] }], 's: there is no reason'],
    ['that overrides nothing', [{ scenario: 's', reason: 'x', overrides: [] }], 's: nothing is overridden'],
    [
      'of an unknown part',
      [{ scenario: 's', reason: 'x', overrides: [{ step: 1, expect: { outs: 1 } }] }],
      's: step 1: unknown part "outs"',
    ],
  ])('%s is refused', (_, list, message) => {
    expect(() => parseDeviations(JSON.stringify(list), 'deviations.json')).toThrow(
      `deviations.json: ${message}`,
    );
  });
});

describe('a file', () => {
  const whole = { format: 1, scenarios: [{ id: 's', steps: [] }] };

  it.each<[string, string, string]>([
    ['that is not JSON', '{"format":', 'this is not JSON'],
    ['that is a list', '[]', 'expected an object, got []'],
    ['in another format', JSON.stringify({ ...whole, format: 2 }), 'expected `format` to be 1, got 2'],
    ['without contents', '{"format": 1}', 'expected `scenarios` or `entries`, got neither'],
    [
      'of nameless scenarios',
      JSON.stringify({ ...whole, scenarios: [{ steps: [] }] }),
      'scenario 1: id: expected text',
    ],
    ['without steps', JSON.stringify({ ...whole, scenarios: [{ id: 's' }] }), 's: steps: expected a list'],
    [
      'with a step that says not what it expects',
      JSON.stringify({ ...whole, scenarios: [{ id: 's', steps: [{ op: 'work' }] }] }),
      's: step 1: expect: expected an object, got nothing',
    ],
    [
      'with an unknown expectation',
      JSON.stringify({ ...whole, scenarios: [{ id: 's', steps: [{ op: 'work', expect: { outs: 1 } }] }] }),
      's: step 1: expect: unknown key "outs"',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseCorpus(text, 'made-up.json')).toThrow(message);
    expect(() => parseCorpus(text, 'made-up.json')).toThrow('made-up.json');
  });
});

describe('a crontab entry', () => {
  const window = { from: '2026-01-01T00:00', days: 60, first: [0, 1440], count: 60 };
  const entry = { id: 'c', fields: { minute: '0', hour: '0' }, loose: 'ok', strict: 'ok' };

  function judged(changes: object): string {
    const text = JSON.stringify({ format: 1, entries: [{ ...entry, ...changes }] });
    return judgeCrontab(parseCorpus(text, 'made-up.json').crontabs[0]!).complaints.join('\n');
  }

  const days = Array.from({ length: 50 }, (_, day) => day * 1440);

  it('passes if its schedule is accepted and matches as recorded', () => {
    expect(judged({ windows: [{ ...window, first: days }] })).toBe('');
    expect(judged({ preset: 'daily', fields: {}, windows: [{ ...window, first: days }] })).toBe('');
    expect(judged({ fields: { minute: '60' }, loose: 'ValueError', strict: 'ValueError' })).toBe('');
  });

  it.each<[string, object, string]>([
    ['a schedule that is accepted', { loose: 'ValueError', windows: [] }, 'loose:'],
    [
      'a schedule that is refused',
      { fields: { minute: 'x' }, windows: [] },
      'strict:\n  - "ok"\n  + "ValueError"',
    ],
    ['other matches', { windows: [{ ...window, first: days.toReversed() }] }, 'window 1: first'],
    [
      'fewer matches',
      { windows: [{ ...window, first: days, count: 61 }] },
      'window 1: count:\n  - 61\n  + 60',
    ],
    ['an unknown preset', { preset: 'yearly', windows: [] }, 'unknown preset "yearly"'],
    ['no windows', {}, 'windows: expected a list'],
  ])('fails for %s', (_, changes, complaint) => {
    expect(judged(changes)).toContain(complaint);
  });
});

describe('the report', () => {
  it('tells each failure, the deviations, and closes with the counts', () => {
    const verdict = { id: 's', file: 'f.json', title: 'told', complaints: [], deviates: undefined };
    const { lines, failed } = reportOf(
      [
        verdict,
        { ...verdict, id: 'd', deviates: 'better so' },
        { ...verdict, id: 'x', complaints: ['step 1', '  - 1'] },
      ],
      ['y: stray'],
    );
    expect(failed).toBe(2);
    expect(lines.join('\n')).toBe(
      'FAIL x (f.json): told\n  step 1\n    - 1\n\nFAIL y: stray\n' +
        'differing from the recording as documented, and passed as such:\n  d: better so\n\n' +
        '2 passed, 2 failed, 0 skipped',
    );
  });
});
