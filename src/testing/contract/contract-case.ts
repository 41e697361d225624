// What one case of the contract is: data, so that any test runner can run it.
import type { Awaitable, Storage } from '../../storage/storage.js';
import { Subject } from './subject.js';

/** How a case comes by the storage under test. Cleaning up is left to whoever made it. */
export interface ContractSetup {
  /**
   * Opens the storage of one case, empty at first. Called again in the same case it opens the same data once more: a
   * second handle if the storage is `shared`, and, after the first was closed, what a `durable` one has kept.
   */
  open(): Awaitable<Storage>;
}

/** One thing that a storage must do. It rejects, as a rule with an AssertionError, if the storage does not. */
export interface ContractCase {
  /** The concern and what is expected, as in "queue: takes the highest priority first". */
  readonly name: string;
  readonly run: (setup: ContractSetup) => Promise<void>;
}

/** Makes cases of what to do with a freshly opened storage. */
export function casesOf(
  concern: string,
  cases: Readonly<Record<string, (subject: Subject, setup: ContractSetup) => Promise<void>>>,
): readonly ContractCase[] {
  return Object.entries(cases).map(([expectation, run]) => ({
    name: `${concern}: ${expectation}`,
    run: async (setup) => run(new Subject(await setup.open()), setup),
  }));
}
