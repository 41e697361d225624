// What the format knows and the recordings here never use: the words of FORMAT.md, each in a scenario of its own.
/* oxlint-disable unicorn/no-thenable -- the format's own word for what follows; it is data here */
import { expect, it } from 'vitest';
import { type Json, parseCorpus } from './runner/corpus.js';
import { play } from './runner/observation.js';

interface Made {
  readonly tasks: Readonly<Record<string, object>>;
  readonly steps: readonly object[];
  readonly [key: string]: unknown;
}

/** What each step came to: its value, or what it raised. */
async function outs({ steps, ...setting }: Made): Promise<Json[]> {
  const { events: _, ...played } = await observed({ steps, ...setting });
  return played.outs;
}

async function observed({ steps, ...setting }: Made): Promise<{ outs: Json[]; events: Json[] }> {
  const made = { id: 's', ...setting, steps: steps.map((step) => ({ ...step, expect: {} })) };
  const played = await play(
    parseCorpus(JSON.stringify({ format: 1, scenarios: [made] }), 'made-up.json').scenarios[0]!,
  );
  expect(played).toMatchObject({ fault: undefined, inFlight: [] });
  return {
    outs: played.steps.map(({ out, raises }) => raises ?? out),
    events: played.steps.flatMap(({ events }) => events),
  };
}

it('fib passes two values on', async () => {
  const tasks = { fib: { behaviour: { do: 'fib' } } };
  const steps = [
    { op: 'enqueue', task: 'fib', args: [1], then: [{ task: 'fib' }, { task: 'fib' }] },
    { op: 'work' },
  ];
  const rows = [2, 3, 5].map((sum, index) => [`t${index + 1}`, { $tuple: [sum, [1, 2, 3][index]!] }]);
  expect((await outs({ tasks, steps })).at(-1)).toEqual(rows);
});

it('mul multiplies, bump adds to the named arguments, attr and time_remaining look at the task', async () => {
  const tasks = {
    mul: { behaviour: { do: 'mul' } },
    bump: { behaviour: { do: 'bump', by: 1 } },
    timed: {
      timeout: 5,
      behaviour: [{ do: 'advance', seconds: 2 }, { do: 'time_remaining' }],
    },
    late: { timeout: 5, behaviour: [{ do: 'advance', seconds: 5 }, { do: 'is_timed_out' }] },
    named: { timeout: 5, behaviour: { do: 'attr', name: 'timeout' } },
  };
  const calls = [
    { task: 'mul', args: [2, 3, 4] },
    { task: 'mul', args: ['two'] },
    { task: 'bump', kwargs: { a: 1 } },
    ...['timed', 'late', 'named'].map((task) => ({ task })),
  ];
  const steps = [...calls.map((call) => ({ op: 'enqueue', ...call })), { op: 'work' }];
  const values = [24, null, { a: 2 }, 3, true, 5];
  expect((await outs({ tasks, steps })).at(-1)).toEqual(
    values.map((value, index) => [`t${index + 1}`, value]),
  );
});

it('unless branches on the value of a step', async () => {
  const behaviour = (name: string): object => ({
    do: 'unless',
    step: { op: 'is_locked', name },
    then: { do: 'return', value: 'free' },
  });
  const tasks = { a: { behaviour: behaviour('A') }, b: { behaviour: behaviour('B') } };
  const steps = [
    { op: 'lock', name: 'A' },
    ...['a', 'b'].map((task) => ({ op: 'enqueue', task })),
    { op: 'work' },
  ];
  const expected = [
    ['t1', null],
    ['t2', 'free'],
  ];
  expect((await outs({ tasks, steps })).at(-1)).toEqual(expected);
});

it('notify_interrupted tells of what runs, the newest first, each once', async () => {
  const notify = { do: 'step', step: { op: 'notify_interrupted' } };
  const tasks = {
    outer: { behaviour: { do: 'step', step: { op: 'work', n: 1 } } },
    inner: { behaviour: [notify, notify] },
  };
  const steps = [
    ...['outer', 'inner'].map((task) => ({ op: 'enqueue', task })),
    { op: 'work' },
    { op: 'notify_interrupted' },
  ];
  const { events } = await observed({ tasks, steps });
  const told = (events as Json[][]).filter(([kind]) => kind === 'interrupted');
  expect(told).toEqual([
    ['interrupted', 'inner', 't2', 0],
    ['interrupted', 'outer', 't1', 0],
  ]);
});

it('a worker that has run as many tasks as it may asks to be replaced', async () => {
  const tasks = { none: {} };
  const enqueue = { op: 'enqueue', task: 'none' };
  const steps = [
    enqueue,
    enqueue,
    enqueue,
    { op: 'worker_loop', n: 5, new: { max_tasks: 2 } },
    { op: 'work' },
  ];
  const [loop, rest] = (await outs({ tasks, steps })).slice(-2);
  expect(loop).toEqual({
    ran: [
      ['t1', null],
      ['t2', null],
    ],
    slept: [],
    recycle: true,
  });
  expect(rest).toEqual([['t3', null]]);
});

it('a scheduler without periodic tasks enqueues none', async () => {
  const tasks = { p: { kind: 'periodic' } };
  const steps = [{ op: 'scheduler_loop', n: 1, new: { periodic: false } }, { op: 'tick_periodic' }];
  expect(await outs({ tasks, steps })).toEqual([{ slept: [1] }, ['t1']]);
});

it('a chord of a group is refused by the format: a member is a call, a pipeline or a chord', async () => {
  const call = { task: 'none' };
  const steps = [{ op: 'enqueue', chord: { members: [{ group: [call] }], callback: call } }];
  expect(await outs({ tasks: { none: {} }, steps })).toEqual([{ class: 'ValueError' }]);
});

it('errors, instants and several values travel as arguments', async () => {
  const args = [{ $error: { class: 'Error', message: 'boom' } }, { $time: 1.5 }, { $tuple: [1, { a: 2 }] }];
  const steps = [{ op: 'enqueue', task: 'args', args }, { op: 'work' }];
  expect((await outs({ tasks: { args: { behaviour: { do: 'args' } } }, steps })).at(-1)).toEqual([
    ['t1', args],
  ]);
});

it('is_revoked can be asked of another instant', async () => {
  const ask = (at: number): object => ({ op: 'is_revoked', task: 'none', at });
  const steps = [{ op: 'revoke_task', task: 'none', until: 10 }, ask(9.999), ask(10)];
  expect((await outs({ tasks: { none: {} }, steps })).slice(1)).toEqual([true, false]);
});

it('schedule takes a bare delay', async () => {
  const steps = [
    { op: 'schedule', task: 'none', args: 5 },
    { op: 'inspect', which: 'pending' },
  ];
  expect((await outs({ tasks: { none: {} }, steps })).at(-1)).toEqual([
    { id: 't1', task: 'none', args: [], eta: 5 },
  ]);
});
