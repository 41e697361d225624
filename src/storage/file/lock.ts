// The lock of a file storage: one file in a directory of its own, whose name says who holds it. Taking, leaving and
// taking over from the dead rename it, and of those who rename the same name one succeeds: so there are never two.
// The directory is made with the file in it, by one rename, and neither is ever made again.
import { StorageError } from '../../errors.js';
import { describeHolder, type HolderName, isDead, isHolderName, nameHolder } from './holder.js';
import { faultCode, type FileSystem } from './file-system.js';

const FREE = 'free';

/** Holders need microseconds, as a rule; a large compaction takes longer. */
const SHORTEST_PAUSE_MS = 0.1;
const LONGEST_PAUSE_MS = 5;
/** After pauses of so much in all, a holder that lives is given up on. */
const PATIENCE_MS = 10_000;

const pauses = new Int32Array(new SharedArrayBuffer(4));

/**
 * A lock between all processes and threads that use a directory. It is held within one synchronous call only, and not
 * twice by one thread.
 */
export class FileLock {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #patienceMs: number;
  #self: HolderName | undefined;

  /** @param path Of the directory that is the lock; it is made when it is first needed. */
  constructor(fs: FileSystem, path: string, patienceMs = PATIENCE_MS) {
    this.#fs = fs;
    this.#path = path;
    this.#patienceMs = patienceMs;
  }

  /** Does the work while nobody else does any. Waits for a holder that lives; this thread does nothing else meanwhile. */
  hold<T>(work: () => T): T {
    const self = (this.#self ??= nameHolder(this.#fs));
    this.#take(self);
    try {
      return work();
    } finally {
      this.#fs.rename(`${this.#path}/${self}`, `${this.#path}/${FREE}`);
    }
  }

  #take(self: HolderName): void {
    let pauseMs = SHORTEST_PAUSE_MS;
    let waitedMs = 0;
    while (!this.#rename(FREE, self)) {
      const holder = this.#holder();
      // Our own name is there if it could not be left: work is synchronous, so this thread does none under it.
      if (holder === self) return;
      if (holder === undefined) continue;
      if (isDead(this.#fs, holder, self)) {
        if (this.#rename(holder, self)) return;
        continue;
      }
      if (waitedMs >= this.#patienceMs) throw this.#heldFor(holder);
      Atomics.wait(pauses, 0, 0, pauseMs);
      waitedMs += pauseMs;
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
  }

  /** false if there is no file of that name any more: somebody else was faster. */
  #rename(from: string, to: string): boolean {
    try {
      this.#fs.rename(`${this.#path}/${from}`, `${this.#path}/${to}`);
      return true;
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Who holds it; undefined if it may have become free. */
  #holder(): HolderName | undefined {
    const names = this.#names();
    if (names.length === 0) this.#make();
    return names.find(isHolderName);
  }

  #names(): readonly string[] {
    try {
      return this.#fs.list(this.#path).filter((name) => name === FREE || isHolderName(name));
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Makes the directory with the file in it; or does nothing if it is there, for then it is not empty. */
  #make(): void {
    const made = `${this.#path}.${this.#self}`;
    this.#fs.remove(made);
    this.#fs.makeDirectory(made);
    this.#fs.writeText(`${made}/${FREE}`, '');
    try {
      this.#fs.rename(made, this.#path);
    } catch (error) {
      this.#fs.remove(made);
      if (!['ENOTEMPTY', 'EEXIST'].includes(faultCode(error) ?? '')) throw error;
    }
  }

  #heldFor(holder: HolderName): StorageError {
    return new StorageError(
      `expected the lock ${this.#path} to become free, got ${this.#patienceMs / 1000}s in which ${describeHolder(holder)} held it: ` +
        `it is stopped, very slow, or cannot be seen from here; if it is dead for sure, rename ${this.#path}/${holder} to ${FREE}`,
      { retryable: true },
    );
  }
}
