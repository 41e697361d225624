// The recorded behaviour of the original in a simulated process: every call of the storage is a node's, over the network of the
// simulator, with latencies drawn from a seed. It changes nothing of it.
import { describe, expect, it } from 'vitest';
import { MemoryStorage, type Storage } from 'huey-ts';
import { Actor, SimProcess } from '../../sim/actor.js';
import { actorStorage } from '../../sim/actor-storage.js';
import { randomChooser } from '../../sim/choosers/random.js';
import { Faults } from '../../sim/faults.js';
import { Kernel } from '../../sim/kernel.js';
import { Network } from '../../sim/network.js';
import { NodeClock } from '../../sim/node-clock.js';
import { seededRandom } from '../../sim/random.js';
import { Recorder } from '../../sim/recorder.js';
import { DEVIATIONS, RECORDINGS } from './recordings.js';
import { readCorpus } from './runner/corpus.js';
import { readDeviations } from './runner/deviations.js';
import { judgeScenario } from './runner/verdict.js';

const { scenarios } = readCorpus([RECORDINGS]);
const deviations = readDeviations(DEVIATIONS);
const files = [...new Set(scenarios.map(({ file }) => file))];

/** A storage whose calls are made by a simulated node; each drives the kernel until it is answered. */
function setup(seed: number) {
  const chooser = randomChooser(seededRandom(seed));
  const kernel = new Kernel({
    start: 0,
    chooser,
    maxStepsPerInstant: 1000,
    isBusy: () => false,
    patienceMs: 0,
  });
  const recorder = new Recorder(() => kernel.now(), undefined, []);
  const faults = new Faults({ latency: { least: 0, most: '20ms' } }, seed, chooser);
  const network = new Network({ kernel, storage: new MemoryStorage(), recorder, onCrash: () => {} }, faults);
  const actor = new Actor(kernel, 'node', new SimProcess('node', new NodeClock(0)));
  const inner = actorStorage(network, new MemoryStorage().capabilities, actor);
  const drive = async (call: () => unknown): Promise<unknown> => {
    let answer: PromiseLike<unknown> | undefined;
    let isOver = false;
    const end = (): void => void (isOver = true);
    kernel.soon(() => void (answer = Promise.resolve(call())).then(end, end), actor);
    await kernel.runUntilStep(() => isOver, Infinity);
    return answer;
  };
  const storage = new Proxy(inner, {
    get(target, name) {
      const value = (target as unknown as Record<string | symbol, unknown>)[name];
      if (typeof value !== 'function' || ['subscribe', 'watch', 'close'].includes(String(name))) return value;
      return async (...args: unknown[]) => drive(() => (value as (...args: unknown[]) => unknown)(...args));
    },
  });
  return { storage, kernel };
}

describe('in a simulated process', () => {
  it.each(files)('%s', async (file) => {
    const chosen = scenarios.filter((scenario) => scenario.file === file);
    const complaints: string[] = [];
    let steps = 0;
    for (const [index, scenario] of chosen.entries()) {
      const kernels: Kernel[] = [];
      const storage = (): Storage => {
        const world = setup(index + kernels.length);
        kernels.push(world.kernel);
        return world.storage;
      };
      const verdict = await judgeScenario(scenario, deviations, { storage });
      complaints.push(...verdict.complaints.map((line) => `${scenario.id}: ${line}`));
      for (const kernel of kernels) steps += kernel.steps;
    }
    expect(complaints.join('\n')).toBe('');
    expect(steps).toBeGreaterThanOrEqual(chosen.length);
  });
});
