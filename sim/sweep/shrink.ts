// Makes a failing scenario smaller as long as it fails in the same way: fewer commands, consumers and workers, a way to
// the storage on which less goes wrong, and as few preemptions as it takes. Greedy, over plain data.
import { isFailure, type ScenarioRun } from '../scenario/conduct.js';
import { isDisturbance } from '../scenario/deeds.js';
import { isSameFailure } from '../scenario/run-failure.js';
import type { Command, Scenario } from '../scenario/scenario.js';
import type { SimulatedConsumer } from '../simulation-options.js';

/** The smallest scenario that was found, and what it took. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly attempts: number;
}

/** Shrinks a failing run until nothing more can be taken out of it, or so many others were tried. */
export async function shrinkRun(
  run: ScenarioRun,
  again: (scenario: Scenario) => Promise<ScenarioRun>,
  mostAttempts: number,
): Promise<Shrunk> {
  const shrinker = new Shrinker(run, again, mostAttempts);
  await shrinker.shrink();
  return shrinker;
}

class Shrinker implements Shrunk {
  readonly #first: ScenarioRun;
  readonly #again: (scenario: Scenario) => Promise<ScenarioRun>;
  readonly #most: number;
  #best: ScenarioRun;
  attempts = 0;

  constructor(run: ScenarioRun, again: (scenario: Scenario) => Promise<ScenarioRun>, most: number) {
    this.#first = this.#best = run;
    this.#again = again;
    this.#most = most;
  }

  get scenario(): Scenario {
    return this.#best.scenario;
  }

  async shrink(): Promise<void> {
    await this.#try(namingAll(this.scenario));
    let size: number;
    do {
      size = sizeOf(this.scenario);
      await this.#withoutDisturbances();
      await this.#simplerNetwork();
      await this.#without('commands', 0);
      await this.#without('consumers', 1);
      await this.#fewerWorkers();
      await this.#fewerPreemptions();
    } while (sizeOf(this.scenario) < size && this.attempts < this.#most);
  }

  /** Whether the scenario fails in the same way; then it is the best from now on. */
  async #try(scenario: Scenario): Promise<boolean> {
    if (this.attempts >= this.#most) return false;
    this.attempts += 1;
    const run = await this.#again(scenario);
    if (!isFailure(run) || !isSameFailure(run, this.#first)) return false;
    this.#best = run;
    return true;
  }

  async #without(part: 'commands' | 'consumers' | 'preemptions', least: number): Promise<void> {
    await reduce<unknown>(
      () => {
        const list = this.scenario[part];
        return typeof list === 'object' ? list : [];
      },
      async (kept) => kept.length >= least && this.#try({ ...this.scenario, [part]: kept }),
    );
  }

  /** The story is shorter with less that goes wrong in it, even if it takes another command. */
  async #withoutDisturbances(): Promise<void> {
    await reduce<Command>(
      () => this.scenario.commands.filter(isDisturbance),
      (kept) => {
        const isKept = (command: Command): boolean => !isDisturbance(command) || kept.includes(command);
        return this.#try({ ...this.scenario, commands: this.scenario.commands.filter(isKept) });
      },
    );
  }

  async #simplerNetwork(): Promise<void> {
    const { network, ...rest } = this.scenario;
    if (network === undefined) return;
    if (await this.#try(rest)) return;
    for (const name of ['crash', 'lost', 'refused', 'latency', 'offered'] as const) {
      const { [name]: dropped, ...others } = this.scenario.network!;
      if (dropped !== undefined) await this.#try({ ...this.scenario, network: others });
    }
  }

  async #fewerWorkers(): Promise<void> {
    for (const index of consumersOf(this.scenario).keys()) {
      const consumers = consumersOf(this.scenario);
      const one = consumers[index]!;
      if ((one.workers ?? 1) > 1)
        await this.#try({ ...this.scenario, consumers: consumers.with(index, { ...one, workers: 1 }) });
    }
  }

  /** What sets the run apart from a serial one, as few as possible; none at all, if the serial run fails too. */
  async #fewerPreemptions(): Promise<void> {
    const { strategy: _, ...rest } = this.scenario;
    if (await this.#try({ ...rest, preemptions: [] })) return;
    const { preemptions } = this.#best;
    if (rest.preemptions === undefined && !(await this.#try({ ...rest, preemptions }))) return;
    await this.#without('preemptions', 1);
    if (this.scenario.preemptions!.length > 1) await this.#onePreemption();
  }

  /** Those that a run was found with may need each other; another one may do alone. */
  async #onePreemption(): Promise<void> {
    const serial = { ...this.scenario, preemptions: [] };
    const { contested } = await this.#again(serial);
    for (const { kind, actor, at, others } of contested)
      for (let pick = 0; pick < others; pick += 1) {
        const one = { ...(kind !== 'turn' && { kind }), actor, at, ...(pick > 0 && { pick }) };
        if (await this.#try({ ...serial, preemptions: [one] })) return;
      }
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

/** The same scenario with each consumer by its name, so that one can be taken out. */
function namingAll(scenario: Scenario): Scenario {
  const { workers, consumers, ...rest } = scenario;
  if (consumers === undefined) return scenario;
  const list: readonly SimulatedConsumer[] =
    typeof consumers === 'object' ? consumers : Array.from({ length: consumers }, () => ({}));
  const named = list.map((one, index) => ({
    name: `consumer-${index + 1}`,
    ...(workers !== undefined && { workers }),
    ...one,
  }));
  return { ...rest, consumers: named };
}

function consumersOf({ consumers }: Scenario): readonly SimulatedConsumer[] {
  return typeof consumers === 'object' ? consumers : [];
}

function sizeOf(scenario: Scenario): number {
  const { commands, network, preemptions } = scenario;
  const workers = consumersOf(scenario).reduce((sum, one) => sum + (one.workers ?? 1), 0);
  return commands.length + workers + Object.keys(network ?? {}).length + (preemptions?.length ?? 1000);
}
