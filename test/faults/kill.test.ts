// kill -9, in each phase of a task, of whoever is at it: of the consumer, of a worker process, of a worker thread. After
// every round all work has come to its end, nothing is left or held, and what ran twice was delivered twice.
// HUEY_FAULT_ROUNDS says how many rounds there are in all; the default does everything once.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WorkerType } from '../../src/consumer/worker-settings.js';
import { seededRandom } from '../../sim/kernel/random.js';
import { temporaryFolder } from '../storage/temporary-folder.js';
import { readEntries, unexplained } from './account.js';
import { declareApp, openStorage, type StorageName } from './fault-app.js';
import { FaultProcess } from './fault-process.js';
import { type Work, workOf } from './fault-work.js';
import { type Gate, type Phase, setGate, type Stopped } from './gate.js';

interface Fault {
  readonly victim: 'consumer' | 'worker';
  readonly workers: WorkerType;
  readonly phases: readonly Phase[];
}

const FAULTS: readonly Fault[] = [
  {
    victim: 'consumer',
    workers: 'async',
    phases: ['taken', 'body', 'settling', 'settled', 'moving'],
  },
  { victim: 'consumer', workers: 'process', phases: ['body', 'settling'] },
  { victim: 'worker', workers: 'process', phases: ['before', 'body', 'after', 'telling'] },
  { victim: 'worker', workers: 'thread', phases: ['before', 'body', 'after', 'telling'] },
];
const STORAGES: readonly StorageName[] = ['sqlite', 'file'];
const EACH_ONCE = STORAGES.length * FAULTS.reduce((sum, { phases }) => sum + phases.length, 0);
const ROUNDS = Number(process.env['HUEY_FAULT_ROUNDS'] ?? EACH_ONCE);

/** Once it was taken and its end was not stored, a task is delivered again. */
const AGAIN: readonly Phase[] = ['taken', 'before', 'body', 'after', 'settling'];

function setup(storageName: StorageName, { workers }: Fault, seed: number) {
  const folder = temporaryFolder();
  const storage = openStorage(storageName, folder);
  const app = declareApp(storage, folder);
  onTestFinished(async () => app.huey.close());
  const start = () => new FaultProcess({ storage: storageName, folder }, workers);
  return { folder, storage, app, random: seededRandom(seed), start };
}

type Setup = ReturnType<typeof setup>;

/** Whom the round hits: any task, as long as it comes to that phase. */
function chooseVictim(phase: Phase, work: Work, random: { next(): number }): string {
  if (phase === 'moving') return work.scheduled;
  const ids = [...work.expected.keys()];
  return ids[Math.floor(random.next() * ids.length)]!;
}

/** Ends the victim at the gate. Returns who works on, and how often the body at the gate had begun by then. */
async function strike(fault: Fault, consumer: FaultProcess, gate: Gate, setup: Setup) {
  const stopped: Stopped = await consumer.stopped(gate);
  const { beginnings } = fateOf(gate.id, setup);
  if (fault.victim === 'worker') {
    consumer.end(stopped);
    return { next: consumer, beginnings };
  }
  await consumer.kill();
  const next = setup.start();
  await next.ready();
  return { next, beginnings };
}

/** Takes every result away as it comes. */
async function resultsOf(work: Work, { app }: Setup): Promise<ReadonlyMap<string, unknown>> {
  const ids = [...work.expected.keys()];
  const get = async (id: string) =>
    app.huey.result(id, { blocking: true, timeout: '60s', maxDelay: '100ms' });
  const results = await Promise.all(ids.map(async (id) => [id, await get(id)] as const));
  return new Map(results);
}

/** Everything that could be left. */
async function leftovers({ storage }: Setup): Promise<unknown> {
  const now = Date.now();
  return {
    queue: await storage.pending(),
    schedule: await storage.scheduled(),
    flights: await storage.held(now),
    dead: await storage.dead(),
    locks: await storage.locks(now),
    reports: await storage.reports(),
    keys: await storage.keys(now),
  };
}

const NOTHING = { queue: [], schedule: [], flights: [], dead: [], locks: [], reports: [], keys: [] };

/** What the account says of the victim. */
function fateOf(id: string, { folder }: Setup) {
  const own = readEntries(folder).filter((entry) => entry.id === id);
  const attempts = own.flatMap((entry) => (entry.kind === 'began' ? [entry.attempt] : []));
  return {
    beginnings: attempts.filter((attempt) => attempt === attempts[0]).length,
    isDeliveredAgain: own.some((entry) => entry.kind === 'delivered' && entry.count > 1),
  };
}

/** How many rounds each phase of each fault gets, so that there are so many in all. */
function roundsOf(index: number): number {
  return Math.floor(ROUNDS / EACH_ONCE) + (index < ROUNDS % EACH_ONCE ? 1 : 0);
}

const CASES = STORAGES.flatMap((storage) =>
  FAULTS.flatMap((fault) => fault.phases.map((phase) => ({ storage, fault, phase }))),
).map((one, index) => ({ ...one, seed: index + 1, rounds: roundsOf(index) }));

describe.each(STORAGES)('on %s, kill -9', (storageName) => {
  it.each(FAULTS)(
    'of the $victim, with $workers workers, loses nothing and leaves nothing',
    async (fault) => {
      const cases = CASES.filter((one) => one.storage === storageName && one.fault === fault);
      const here = setup(storageName, fault, cases[0]!.seed);
      let consumer = here.start();
      await consumer.ready();
      let round = 0;
      for (const { phase, rounds } of cases)
        for (let each = 0; each < rounds; each += 1) {
          round += 1;
          const work = workOf(here.app, round);
          const gate = { phase, id: chooseVictim(phase, work, here.random) };
          setGate(here.folder, gate);
          await work.enqueue();
          const { next, beginnings } = await strike(fault, consumer, gate, here);
          consumer = next;
          const what = `round ${round}: ${phase}, ${gate.id}`;
          expect(await resultsOf(work, here), what).toEqual(work.expected);
          expect(await leftovers(here), what).toEqual(NOTHING);
          expect(unexplained(readEntries(here.folder)), what).toEqual([]);
          expect(fateOf(gate.id, here), what).toEqual({
            // On a machine that stalls, a lock may be refused at first: then what was hit had no body.
            beginnings: AGAIN.includes(phase) ? beginnings + 1 : Math.max(1, beginnings),
            isDeliveredAgain: AGAIN.includes(phase),
          });
        }
      await consumer.stop();
    },
    ROUNDS * 120_000,
  );
});
