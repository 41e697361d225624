// The application of the campaign, for producers and consumers alike. Numbers say to which unit of work a task belongs:
// unit * 10 + its place in it; so whatever runs can be told from what was accepted.
import { chord, type Result } from 'huey-ts';
import { RedisHuey } from 'huey-ts/redis';

/** Told when a body begins, and when it is about to return. */
export type OnRun = (moment: 'began' | 'ended', number: number, id: string, attempt: number) => void;

export interface CampaignAppOptions {
  readonly port: number;
  readonly onRun?: OnRun;
}

const LOCKS = 8;

/** Declares the tasks on a Huey at that port of 127.0.0.1. */
export function campaignApp({ port, onRun = () => {} }: CampaignAppOptions) {
  const huey = new RedisHuey({
    host: '127.0.0.1',
    port,
    name: 'campaign',
    readTimeout: '2s',
    // Whoever is killed again and again must not end tasks by it.
    maxDeliveries: 1000,
    // A result is the end of a task.
    storeIntermediateErrors: false,
  });
  type Running = { readonly id: string; readonly attempt: number };
  const run = ({ id, attempt }: Running, number: number, value: number): number => {
    onRun('began', number, id, attempt);
    onRun('ended', number, id, attempt);
    return value;
  };
  const work = huey.task('work', { context: true }, (ctx, number: number) => run(ctx, number, number));
  const step = huey.task('step', { context: true }, async (ctx, number: number) => {
    // Some bodies are under way when the process dies.
    await new Promise((resolve) => setImmediate(resolve));
    return run(ctx, number, number + 1);
  });
  const total = huey.task('total', { context: true }, (ctx, numbers: number[]) =>
    run(
      ctx,
      numbers[0]!,
      numbers.reduce((sum, number) => sum + number, 0),
    ),
  );
  const flaky = huey.task('flaky', { context: true, retries: 1 }, (ctx, number: number) => {
    const value = run(ctx, number, number);
    if (ctx.attempt === 0) throw new Error('the first attempt fails');
    return value;
  });
  const later = huey.task(
    'later',
    { context: true, retries: 1, retryDelay: '10ms' },
    (ctx, number: number) => {
      const value = run(ctx, number, number);
      if (ctx.attempt === 0) throw new Error('the first attempt fails');
      return value;
    },
  );
  const locked = Array.from({ length: LOCKS }, (_, index) =>
    huey.task(
      `locked-${index}`,
      { context: true, lock: `lock-${index}`, retries: Infinity, retryDelay: '10ms' },
      async ({ id, attempt }, number: number) => {
        onRun('began', number, id, attempt);
        // Long enough for others to come to the lock, and for some to die while they hold it.
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        onRun('ended', number, id, attempt);
        return number;
      },
    ),
  );
  return { huey, work, step, total, flaky, later, locked };
}

export type CampaignApp = ReturnType<typeof campaignApp>;

function lockIndexOf(unit: number): number {
  return Math.floor(unit / 8) % LOCKS;
}

/** The lock that the task of that number takes, if it does. */
export function lockOf(number: number): string | undefined {
  const unit = Math.floor(number / 10);
  return [2, 3].includes(unit % 8) ? `lock-${lockIndexOf(unit)}` : undefined;
}

/** A unit of work: of how many tasks it consists, what its last one returns, and how to enqueue it. */
export interface Unit {
  readonly tasks: number;
  readonly expected: number;
  readonly enqueue: () => Promise<Result<number>>;
}

/** The unit of that number: single tasks, retries, locks, chords and pipelines in turn. */
export function unitOf({ huey, ...tasks }: CampaignApp, unit: number): Unit {
  const base = unit * 10;
  const single = (task: CampaignApp['work']): Unit => ({
    tasks: 1,
    expected: base,
    enqueue: () => task(base),
  });
  switch (unit % 8) {
    case 0:
      return single(tasks.flaky);
    case 1:
      return single(tasks.later);
    case 2:
    case 3:
      return single(tasks.locked[lockIndexOf(unit)]!);
    case 4:
    case 5: {
      const members = [0, 1, 2].map((index) => tasks.work.s(base + index));
      const enqueue = async () => (await huey.enqueue(chord(members, tasks.total))).callback;
      return { tasks: 4, expected: base * 3 + 3, enqueue };
    }
    case 6: {
      const stages = tasks.step.s(base).pipe(tasks.step).pipe(tasks.step);
      const enqueue = async () => [...(await huey.enqueue(stages))].at(-1)!;
      return { tasks: 3, expected: base + 3, enqueue };
    }
    default:
      return single(tasks.work);
  }
}
