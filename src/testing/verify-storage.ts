// All that a storage can be held to, in one call: the contract, then random calls that it must answer as the naive model
// of a storage does.
import { boolean, checkOptionNames, integer } from '../check.js';
import { HueyError } from '../errors.js';
import type { Awaitable, Storage } from '../storage/storage.js';
import { storageContract } from './contract.js';
import {
  drawSequence,
  failureOf,
  type OnFreshStorage,
  type SequenceFailure,
  sequenceText,
  shortened,
} from './random-sequence.js';

/** What `verifyStorage` takes beside the storage. */
export interface VerifyStorageOptions {
  /** Whether to run the contract. False where its cases are run one by one, from `storageContract`. Default true. */
  readonly contract?: boolean;
  /** How many random sequences of calls to make. Default 50. */
  readonly runs?: number;
  /** How many calls each of them has. Default 40. */
  readonly calls?: number;
  /** The seed of the first; each of the others has the next. Default 1. */
  readonly seed?: number;
  /** Called when a case or a sequence is over, before the next begins. */
  readonly reset?: () => Awaitable<unknown>;
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
 * afterwards. To have the cases of the contract one by one in a test runner, use `storageContract`. The first sequence that
 * shows a difference is shortened, and ends the search.
 * @param open Opens an empty storage that no other uses. Called again within one case it must be the same data, as
 * `ContractSetup` says; `reset` tells that the next case begins.
 * @throws StorageVerificationError that names what failed; of a random sequence the seed, and the calls that are left.
 */
export async function verifyStorage(
  open: () => Awaitable<Storage>,
  options: VerifyStorageOptions = {},
): Promise<void> {
  checkOptionNames(options, ['contract', 'runs', 'calls', 'seed', 'reset'], 'verifyStorage');
  const runs = integer('runs', options.runs, 50, 0);
  const calls = integer('calls', options.calls, 40, 1);
  const first = integer('seed', options.seed, 1, 0);
  const failures: string[] = [];
  if (boolean('contract', options.contract, true))
    for (const { name, run } of storageContract)
      await withOpener(open, options.reset, (again) => run({ open: again })).catch((error: unknown) => {
        failures.push(`${name}\n${indented(messageOf(error))}`);
      });
  const onFresh: OnFreshStorage = (body) =>
    withOpener(open, options.reset, async (again) => body(await again()));
  for (let seed = first; seed < first + runs; seed += 1) {
    const failure = await failureOf(drawSequence(seed, calls), onFresh);
    if (failure === undefined) continue;
    failures.push(sequenceFailureText(seed, await shortened(failure, onFresh)));
    break;
  }
  if (failures.length > 0) throw new StorageVerificationError(failures);
}

/** Runs the body, then closes what it has opened, and says that it is over. */
async function withOpener(
  open: () => Awaitable<Storage>,
  reset: (() => Awaitable<unknown>) | undefined,
  body: (open: () => Promise<Storage>) => Promise<void>,
): Promise<void> {
  const opened: Storage[] = [];
  try {
    await body(async () => {
      const storage = await open();
      opened.push(storage);
      return storage;
    });
  } finally {
    for (const storage of opened) await storage.close();
    await reset?.();
  }
}

function sequenceFailureText(seed: number, { calls, error }: SequenceFailure): string {
  const count = `${calls.length} call${calls.length === 1 ? '' : 's'}`;
  return `random calls, seed ${seed}, shortened to ${count}\n${indented(`${sequenceText(calls)}\n${messageOf(error)}`)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
