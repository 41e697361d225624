// The steps of a consumer: work, the loops of a worker and of a scheduler, the ticks, the lifecycle hooks.
import { enqueue } from '../../../src/engine/enqueue.js';
import type { Execution } from '../../../src/engine/execute.js';
import { notifyInterrupted } from '../../../src/engine/interrupted.js';
import { Scheduler } from '../../../src/consumer/scheduler.js';
import { HandWorker } from '../../hand-worker.js';
import { CorpusError } from './corpus.js';
import { tellError } from './error-values.js';
import type { Fields } from './fields.js';
import { operation, type Operation, type Stage } from './operation.js';
import { LEASE, LEASE_TTL_SECONDS, type World } from './world.js';

/** `[id, value]`, or what became of an unreadable message. */
type Row = readonly unknown[];

/** A scenario that works on and on must say how often. */
const MOST_ITERATIONS = 10_000;

export const CONSUMING: Readonly<Record<string, Operation>> = {
  advance: operation('seconds', ({ world, fields }) =>
    world.clock.pass(Math.round(fields.number('seconds') * 1000)),
  ),
  work: operation('n at', work),
  tick_scheduler: operation('', ({ world }) =>
    new Scheduler(world.engine, { lease: LEASE }).moveDue(world.clock.now()),
  ),
  tick_periodic: operation('', async ({ world }) => {
    const ids: string[] = [];
    // Without the scheduler's rule of one tick a minute, which the original does not have.
    for (const name of world.huey.readPeriodic()) {
      const signature = world.task(name).s();
      await enqueue(world.engine, signature);
      ids.push(signature.id);
    }
    return ids;
  }),
  worker_loop: operation('n new', workerLoop),
  scheduler_loop: operation('n new', schedulerLoop),
  worker_start: operation('', ({ world }) => new HandWorker(world.engine, { lease: LEASE }).start()),
  worker_stop: operation('', ({ world }) => new HandWorker(world.engine, { lease: LEASE }).stop()),
  notify_interrupted: operation('', ({ world }) => notifyInterrupted(world.engine)),
};

async function work({ world, fields }: Stage): Promise<Row[]> {
  const rows: Row[] = [];
  const worker = new HandWorker(world.engine, {
    lease: LEASE,
    leaseTtl: LEASE_TTL_SECONDS,
    act: world.stage.work,
    onSettled: (execution) => rows.push(rowOf(execution)),
  });
  const most = fields.has('n') ? fields.number('n') : MOST_ITERATIONS;
  const at = fields.has('at') ? world.clock.instantAt(fields.number('at')) : undefined;
  for (let round = 0; round < most; round += 1) {
    await tick(world, worker, at);
    if (worker.isIdle) break;
    if (!world.settleWithNext) await worker.flush();
    if (round === MOST_ITERATIONS - 1)
      throw new CorpusError(`${fields.where}: the work never ends; give it an n`);
  }
  await worker.flush();
  return rows;
}

/** One tick, which the body can interrupt. Returns when the worker wants the next. */
async function tick(world: World, worker: HandWorker, at?: number): Promise<number> {
  const controller = new AbortController();
  world.interrupts.push(controller);
  try {
    return await worker.tick(world.clock.now(), {
      stop: controller.signal,
      ...(at !== undefined && { now: at }),
    });
  } finally {
    world.interrupts.pop();
  }
}

function rowOf({ task, outcome }: Execution): Row {
  if (outcome.kind === 'unreadable') return [null, null, { unreadable: tellError(outcome.error) }];
  return [task?.id ?? null, outcome.kind === 'returned' ? outcome.value : null];
}

const rowsOfLoop = new WeakMap<HandWorker, Row[]>();

async function workerLoop({ world, fields }: Stage): Promise<object> {
  if (fields.has('new') || world.worker === undefined) world.worker = newWorker(world, fields.inner('new'));
  const { worker } = world;
  const slept: number[] = [];
  for (let round = 0; round < fields.number('n') && !worker.isSpent; round += 1)
    slept.push(...(await sleepUntil(world, await tick(world, worker))));
  await worker.flush();
  const ran = rowsOfLoop.get(worker)!.splice(0);
  return { ran, slept, ...(worker.isSpent && { recycle: true }) };
}

function newWorker(world: World, fields: Fields): HandWorker {
  const { initial_delay = 0.5, backoff = 2, max_delay = 4, max_tasks } = fields.values;
  const rows: Row[] = [];
  const worker = new HandWorker(world.engine, {
    lease: LEASE,
    leaseTtl: LEASE_TTL_SECONDS,
    act: world.stage.work,
    initialDelay: initial_delay as number,
    backoff: backoff as number,
    maxDelay: max_delay as number,
    ...(typeof max_tasks === 'number' && { maxTasks: max_tasks }),
    onSettled: (execution) => rows.push(rowOf(execution)),
  });
  rowsOfLoop.set(worker, rows);
  return worker;
}

async function schedulerLoop({ world, fields }: Stage): Promise<object> {
  if (fields.has('new') || world.scheduler === undefined) {
    const { interval = 1, periodic = true } = fields.inner('new').values;
    world.scheduler = new Scheduler(world.engine, {
      lease: LEASE,
      interval: interval as number,
      periodic: periodic as boolean,
    });
  }
  const slept: number[] = [];
  for (let round = 0; round < fields.number('n'); round += 1)
    slept.push(...(await sleepUntil(world, await world.scheduler.tick(world.clock.now()))));
  return { slept };
}

/** Moves the clock to that instant; returns the seconds slept, if any. */
async function sleepUntil({ clock }: World, next: number): Promise<number[]> {
  const pauseMs = next - clock.now();
  if (pauseMs <= 0) return [];
  await clock.pass(pauseMs);
  return [pauseMs / 1000];
}
