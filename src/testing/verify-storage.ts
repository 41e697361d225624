// All that a storage can be held to, in one call: the contract, then random calls that it must answer as the memory
// storage does.
import { deepStrictEqual } from 'node:assert/strict';
import { checkOptionNames, integer } from '../check.js';
import { HueyError } from '../errors.js';
import { MemoryStorage } from '../storage/memory.js';
import type { Awaitable, Storage } from '../storage/storage.js';
import { storageContract } from './contract.js';
import type { ContractSetup } from './contract/contract-case.js';
import { NOW, Subject, whole } from './contract/subject.js';
import { Dice, type RandomCall, randomCall } from './random-calls.js';

/** What `verifyStorage` takes beside the storage. */
export interface VerifyStorageOptions {
  /** How many random sequences of calls to make. Default 50. */
  readonly runs?: number;
  /** How many calls each of them has. Default 40. */
  readonly calls?: number;
  /** The seed of the first; each of the others has the next. Default 1. */
  readonly seed?: number;
}

/** A storage that does not do what the port asks of it. `failures` says where, in full. */
export class StorageVerificationError extends HueyError {
  override name = 'StorageVerificationError';
  readonly failures: readonly string[];

  constructor(failures: readonly string[]) {
    const more = failures.length > 5 ? `\n… and ${failures.length - 5} more` : '';
    super(
      `expected the storage to do what the port says, got ${failures.length} failure${failures.length === 1 ? '' : 's'}\n\n${failures.slice(0, 5).join('\n\n')}${more}`,
    );
    this.failures = failures;
  }
}

/**
 * Verifies a storage: each case of the contract, and each random sequence, on a storage of its own, which is closed
 * afterwards. To have the cases of the contract one by one in a test runner, use `storageContract`.
 * @param open Opens an empty storage that no other uses. Called again within one case it must be the same data, as
 * `ContractSetup` says; `reset` tells that the next case begins.
 * @throws StorageVerificationError that names what failed, and the seed of a random sequence.
 */
export async function verifyStorage(
  open: () => Awaitable<Storage>,
  options: VerifyStorageOptions & { readonly reset?: () => Awaitable<unknown> } = {},
): Promise<void> {
  checkOptionNames(options, ['runs', 'calls', 'seed', 'reset'], 'verifyStorage');
  const runs = integer('runs', options.runs, 50, 0);
  const calls = integer('calls', options.calls, 40, 1);
  const first = integer('seed', options.seed, 1, 0);
  const failures: string[] = [];
  const attempt = async (what: string, body: (setup: ContractSetup) => Promise<void>): Promise<void> => {
    const opened: Storage[] = [];
    try {
      await body({
        open: async () => {
          const storage = await open();
          opened.push(storage);
          return storage;
        },
      });
    } catch (error) {
      failures.push(`${what}\n${indented(error)}`);
    } finally {
      for (const storage of opened) await storage.close();
      await options.reset?.();
    }
  };
  for (const { name, run } of storageContract) await attempt(name, run);
  for (let seed = first; seed < first + runs; seed += 1)
    await attempt(`random calls, seed ${seed}`, async (setup) =>
      compareWithMemory(await setup.open(), seed, calls),
    );
  if (failures.length > 0) throw new StorageVerificationError(failures);
}

/** Makes the same random calls on the storage and on memory. @throws AssertionError naming the call after which they differ. */
async function compareWithMemory(storage: Storage, seed: number, calls: number): Promise<void> {
  const sides = [new Side(new MemoryStorage()), new Side(storage)] as const;
  if (!storage.capabilities.retains) return;
  const dice = new Dice(seed);
  let now = NOW;
  for (let index = 1; index <= calls; index += 1) {
    now += dice.pick([0, 0, 1, 7, 20]);
    const call = randomCall(dice);
    const [expected, actual] = [await sides[0].make(call, now), await sides[1].make(call, now)];
    deepEqual(
      actual,
      expected,
      `the answer to call ${index}, ${call.call}, at +${now - NOW} ms, as memory gives it`,
    );
    const [listed, own] = [await sides[0].listing(now), await sides[1].listing(now)];
    deepEqual(
      own,
      listed,
      `what can be read after call ${index}, ${call.call}, at +${now - NOW} ms, as from memory`,
    );
  }
}

function deepEqual(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    throw new HueyError(`expected ${what}\n${(error as Error).message}`, { cause: error });
  }
}

/** One of the two storages, with the receipts that it has given: they differ, but their order does not. */
class Side {
  readonly #subject: Subject;
  readonly #receipts: string[] = [];

  constructor(storage: Storage) {
    this.#subject = new Subject(storage);
  }

  /** Makes a call and returns its answer, with receipts replaced by their number. */
  async make(call: RandomCall, now: number): Promise<unknown> {
    return this.#plain(await this.#call(call, now));
  }

  /** Everything that can be read, the counts too. */
  async listing(now: number): Promise<unknown> {
    const { storage } = this.#subject;
    const counts = [await storage.pendingCount(), await storage.scheduledCount()];
    return { ...(await this.#subject.snapshot(now)), counts };
  }

  #call(call: RandomCall, now: number): unknown {
    const { storage } = this.#subject;
    switch (call.call) {
      case 'turn':
        return storage.turn({
          settled: call.settled.map(({ receipt, effects }) => ({
            ...(receipt !== undefined && { receipt: this.#receipts.at(-1 - receipt) ?? 'none' }),
            effects: effects.map((effect) => effect(now)),
          })),
          take: call.take,
          lease: call.lease,
          now,
          ...(call.leaseForMs !== undefined && { leaseUntil: now + call.leaseForMs }),
          deliver: call.deliver,
        });
      case 'handOver':
        return storage.handOver({ now, limit: call.limit, lease: call.lease });
      case 'recover':
        return storage.recover(call.lease, call.most, now);
      case 'keepLease':
        return storage.keepLease(call.lease, now + call.forMs, now);
      case 'endLease':
        return storage.endLease(call.lease, now);
      case 'held':
        return storage.held(now, call.lease);
      case 'resolveDead':
        return storage.resolveDead(call.id, call.action, now);
      case 'flush':
        return storage.flush(call.target);
      default:
        return this.#keyed(call, now);
    }
  }

  #keyed(
    call: Exclude<
      RandomCall,
      { call: 'turn' | 'handOver' | 'recover' | 'keepLease' | 'endLease' | 'held' | 'resolveDead' | 'flush' }
    >,
    now: number,
  ): unknown {
    const { storage } = this.#subject;
    switch (call.call) {
      case 'pop':
      case 'delete':
        return storage[call.call](call.key, now);
      case 'putIfEmpty':
      case 'deleteIf':
        return storage[call.call](call.key, call.data, now);
      case 'acquire': {
        const { name, owner, places, lease, forMs } = call;
        const ends = {
          ...(lease !== undefined && { lease }),
          ...(forMs !== undefined && { expiresAt: now + forMs }),
        };
        return storage.acquire({ name, owner, places, now, ...ends });
      }
      case 'release':
        return storage.release(call.name, call.owner, now);
      case 'flushLocks':
        return storage.flushLocks(call.names, now);
      case 'rate':
        return storage.rate({ name: call.name, limit: 1, windowMs: 10, now });
      case 'resetRate':
        return storage.resetRate(call.name);
    }
  }

  #plain(answer: unknown): unknown {
    if (Array.isArray(answer)) return answer.map((one) => this.#plain(one));
    if (typeof answer !== 'object' || answer === null) return answer;
    if ('enqueuedAt' in answer) return whole(answer as Parameters<typeof whole>[0]);
    const fields = Object.entries(answer).map(([name, value]) => [
      name,
      name === 'receipt' ? this.#receipts.push(value as string) : this.#plain(value),
    ]);
    return Object.fromEntries(fields);
  }
}

function indented(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/^/gm, '    ');
}
