// Makes a failing plan smaller as long as it fails in the same way: fewer commands, faults, nodes and workers, a way to
// the storage on which less goes wrong, and as few preemptions as it takes. Greedy, over plain data.
import type { Preemption } from '../choosers/preemption.js';
import type { RunReport } from './conduct.js';
import type { Plan } from './plan.js';

/** Runs a smaller plan; its report if it fails in the same way. */
export type Retry = (plan: Plan) => Promise<RunReport | undefined>;

/** The smallest plan that was found, and what it took. */
export interface Shrunk {
  readonly plan: Plan;
  readonly report: RunReport;
  readonly attempts: number;
}

interface Best {
  plan: Plan;
  report: RunReport;
}

/** States: shrinking -> shrunk. */
export class Shrinker {
  readonly #retry: Retry;
  readonly #most: number;
  #best: Best;
  #attempts = 0;

  constructor(plan: Plan, report: RunReport, retry: Retry, mostAttempts: number) {
    this.#best = { plan, report };
    this.#retry = retry;
    this.#most = mostAttempts;
  }

  /** Shrinks until nothing more can be taken out. */
  async shrink(): Promise<Shrunk> {
    let size: number;
    do {
      size = sizeOf(this.#best.plan);
      await this.#without('faults');
      await this.#simplerNetwork();
      await this.#without('commands');
      await this.#without('nodes');
      await this.#fewerWorkers();
      await this.#fewerPreemptions();
    } while (sizeOf(this.#best.plan) < size && this.#attempts < this.#most);
    return { ...this.#best, attempts: this.#attempts };
  }

  /** Whether the plan fails in the same way; then it is the best from now on. */
  async #try(plan: Plan): Promise<boolean> {
    if (this.#attempts >= this.#most) return false;
    this.#attempts += 1;
    const report = await this.#retry(plan);
    if (report === undefined) return false;
    this.#best = { plan, report };
    return true;
  }

  async #without(part: 'commands' | 'faults' | 'nodes'): Promise<void> {
    const least = part === 'nodes' ? 1 : 0;
    await reduce<unknown>(
      () => this.#best.plan[part],
      async (kept) => kept.length >= least && this.#try({ ...this.#best.plan, [part]: kept }),
    );
  }

  async #simplerNetwork(): Promise<void> {
    const { network, ...rest } = this.#best.plan;
    if (network === undefined) return;
    if (await this.#try(rest)) return;
    for (const name of ['crash', 'lost', 'refused', 'latency'] as const) {
      const { [name]: dropped, ...others } = this.#best.plan.network!;
      if (dropped !== undefined) await this.#try({ ...this.#best.plan, network: others });
    }
  }

  async #fewerWorkers(): Promise<void> {
    for (const [index, node] of this.#best.plan.nodes.entries()) {
      const alone = this.#best.plan.nodes.with(index, { ...node, workers: 1 });
      if ((node.workers ?? 1) > 1) await this.#try({ ...this.#best.plan, nodes: alone });
    }
  }

  /** What sets the run apart from a serial one, as few as possible; none at all, if the serial run fails too. */
  async #fewerPreemptions(): Promise<void> {
    const { report, plan } = this.#best;
    const serial = (preemptions: readonly Preemption[]): Plan => ({
      ...this.#best.plan,
      strategy: { kind: 'serial', preemptions },
    });
    if (await this.#try(serial([]))) return;
    const isSerial = typeof plan.strategy === 'object' && plan.strategy.kind === 'serial';
    if (!isSerial && !(await this.#try(serial(report.preemptions)))) return;
    await reduce(
      () => {
        const { strategy } = this.#best.plan;
        return typeof strategy === 'object' && strategy.kind === 'serial' ? strategy.preemptions : [];
      },
      (kept) => this.#try(serial(kept)),
    );
  }
}

/** Takes parts out, halves first, then smaller ones, until no single element can go. */
async function reduce<T>(
  current: () => readonly T[],
  isEnough: (kept: readonly T[]) => Promise<boolean>,
): Promise<void> {
  for (let size = current().length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < current().length;) {
      const list = current();
      const kept = [...list.slice(0, start), ...list.slice(start + size)];
      if (!(await isEnough(kept))) start += size;
    }
  }
}

function sizeOf({ commands, faults, nodes, network, strategy }: Plan): number {
  const preemptions =
    typeof strategy === 'object' && strategy.kind === 'serial' ? strategy.preemptions.length : 1000;
  const workers = nodes.reduce((sum, node) => sum + (node.workers ?? 1), 0);
  return commands.length + faults.length + workers + Object.keys(network ?? {}).length + preemptions;
}
