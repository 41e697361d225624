// A directory of files. Each handle has the whole state in its memory: it reads what others have written since, and
// writes down each call that changes something before it makes it. The order of the records is the order of the calls,
// so all handles come to the same state; what a call does is decided in the memory storage alone.
import { resolve } from 'node:path';
import { boolean, checkOptionNames, nonEmptyString } from '../../check.js';
import { StorageError } from '../../errors.js';
import {
  answerIdle,
  type CallAnswer,
  type CallArguments,
  type CallName,
  type CallRecord,
  makeCall,
  recordCall,
} from './call.js';
import { FileJournal } from './journal.js';
import { FileLock } from './lock.js';
import { rowsOf, stateOf } from './state.js';
import { faultCode, type FileSystem, nodeFileSystem, storageFault } from './file-system.js';
import { MemoryStorage } from '../memory.js';
import type {
  Acquisition,
  DeadItem,
  Delivery,
  FlushTarget,
  HandedOver,
  HandOver,
  QueueItem,
  RateRequest,
  Recovery,
  ScheduledItem,
  Storage,
  StorageCapabilities,
  StorageListener,
  Turn,
  TurnResult,
} from '../storage.js';

/** Options of a file storage. */
export interface FileStorageOptions {
  /**
   * Wait until each change is on the disk, so that a power failure loses nothing. Default false: what is accepted
   * survives the end of any process, and of the machine a few seconds later.
   */
  readonly fsync?: boolean;
}

/** What tests replace. */
export interface FileSeams {
  readonly fileSystem?: FileSystem;
  /** Bytes of records. */
  readonly compactAbove?: number;
  /** How long a call waits for a holder of the lock that lives. */
  readonly patienceMs?: number;
}

/** Below this many bytes of records a file is not compacted; above, when they are more than the snapshot. */
const COMPACT_ABOVE = 1024 * 1024;

/**
 * Keeps everything in a directory on a local disk, for any number of processes on one machine. It makes the directory
 * if there is none. Calls are synchronous: they return when what they change is written.
 */
export class FileStorage implements Storage {
  readonly capabilities: StorageCapabilities = {
    durable: true,
    shared: true,
    notifies: false,
    retains: true,
  };
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #memory = new MemoryStorage();
  readonly #journal: FileJournal;
  readonly #lock: FileLock;
  /** Whom to tell once the call is over: told earlier, they might call while it is half done. */
  #news: (() => void)[] = [];
  readonly #compactAbove: number;
  #compactLater: number;
  #isReady = false;
  #isClosed = false;

  /**
   * Does no I/O.
   * @param directory Relative to where the process is now.
   */
  constructor(directory: string, options: FileStorageOptions = {}, seams: FileSeams = {}) {
    checkOptionNames(options, ['fsync'], 'FileStorage');
    const { fileSystem = nodeFileSystem, compactAbove = COMPACT_ABOVE, patienceMs } = seams;
    this.#fs = fileSystem;
    this.#compactAbove = this.#compactLater = compactAbove;
    this.#directory = resolve(nonEmptyString('directory', directory));
    const fsync = boolean('fsync', options.fsync, false);
    this.#lock = new FileLock(fileSystem, `${this.#directory}/lock`, patienceMs);
    this.#journal = new FileJournal(fileSystem, this.#directory, fsync, {
      restore: (rows) => this.#memory.importState(stateOf(rows)),
      replay: (record) => this.#replay(record as CallRecord),
    });
  }

  turn(turn: Turn): TurnResult {
    return this.#change('turn', turn);
  }

  handOver(request: HandOver): HandedOver {
    return this.#change('handOver', request);
  }

  subscribe(listener: StorageListener): () => void {
    return this.#memory.subscribe((...news) => void this.#news.push(() => listener(...news)));
  }

  watch(key: string, listener: () => void): () => void {
    return this.#memory.watch(key, () => void this.#news.push(listener));
  }

  pending(limit?: number): readonly QueueItem[] {
    return this.#look((memory) => memory.pending(limit));
  }

  pendingCount(): number {
    return this.#look((memory) => memory.pendingCount());
  }

  scheduled(limit?: number): readonly ScheduledItem[] {
    return this.#look((memory) => memory.scheduled(limit));
  }

  scheduledCount(): number {
    return this.#look((memory) => memory.scheduledCount());
  }

  dead(limit?: number): readonly DeadItem[] {
    return this.#look((memory) => memory.dead(limit));
  }

  resolveDead(id: string, action: 'retry' | 'discard', now: number): boolean {
    return this.#change('resolveDead', id, action, now);
  }

  peek(key: string, now: number): string | undefined {
    return this.#look((memory) => memory.peek(key, now));
  }

  pop(key: string, now: number): string | undefined {
    // Readers who wait for a result ask again and again.
    return this.peek(key, now) === undefined ? undefined : this.#change('pop', key, now);
  }

  putIfEmpty(key: string, data: string, now: number): boolean {
    return this.#change('putIfEmpty', key, data, now);
  }

  delete(key: string, now: number): boolean {
    return this.#change('delete', key, now);
  }

  deleteIf(key: string, data: string, now: number): boolean {
    return this.#change('deleteIf', key, data, now);
  }

  keys(now: number): readonly string[] {
    return this.#look((memory) => memory.keys(now));
  }

  acquire(request: Acquisition): boolean {
    return this.#change('acquire', request);
  }

  release(name: string, owner: string, now: number): boolean {
    return this.#change('release', name, owner, now);
  }

  holders(name: string, now: number): number {
    return this.#look((memory) => memory.holders(name, now));
  }

  flushLocks(names: readonly string[], now: number): readonly string[] {
    return this.#change('flushLocks', names, now);
  }

  locks(now: number): readonly string[] {
    return this.#look((memory) => memory.locks(now));
  }

  rate(request: RateRequest): number {
    return this.#change('rate', request);
  }

  rateUsage(name: string): number {
    return this.#look((memory) => memory.rateUsage(name));
  }

  resetRate(name: string): boolean {
    return this.#change('resetRate', name);
  }

  rates(): readonly string[] {
    return this.#look((memory) => memory.rates());
  }

  reports(): ReadonlyArray<readonly [string, number]> {
    return this.#look((memory) => memory.reports());
  }

  keepLease(lease: string, expiresAt: number, now: number): void {
    return this.#change('keepLease', lease, expiresAt, now);
  }

  endLease(lease: string): void {
    return this.#change('endLease', lease);
  }

  held(now: number, lease?: string): readonly Delivery[] {
    return this.#look((memory) => memory.held(now, lease));
  }

  recover(lease: string, maxDeliveries: number, now: number): Recovery {
    return this.#change('recover', lease, maxDeliveries, now);
  }

  flush(target?: FlushTarget): void {
    return this.#change('flush', target);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#journal.release();
    this.#memory.close();
  }

  #look<T>(look: (memory: MemoryStorage) => T): T {
    return this.#run(() => {
      this.#catchUp();
      return look(this.#memory);
    });
  }

  #change<N extends CallName>(call: N, ...args: CallArguments<N>): CallAnswer<N> {
    let isWritten = false;
    const work = (): CallAnswer<N> => {
      this.#catchUp();
      const answer = answerIdle(this.#memory, call, args);
      if (answer !== undefined) return answer;
      const record = recordCall(call, args);
      const made = this.#lock.hold(() => {
        this.#journal.catchUp(true);
        this.#journal.append(record);
        isWritten = true;
        return makeCall(this.#memory, record);
      });
      this.#compact();
      return made;
    };
    return this.#run(work, () => isWritten);
  }

  #run<T>(work: () => T, isWritten = (): boolean => false): T {
    if (this.#isClosed)
      throw new StorageError('expected an open storage, got one that was closed; open a new one');
    try {
      if (!this.#isReady) this.#prepare();
      return work();
    } catch (error) {
      throw storageFault(error, this.#directory, isWritten());
    } finally {
      for (const tell of this.#news.splice(0)) tell();
    }
  }

  /** Makes what is not there yet. From then on it must be there: what has gone is missed, not made again. */
  #prepare(): void {
    this.#fs.makeDirectories(this.#directory);
    if (!this.#journal.exists())
      this.#lock.hold(() => {
        if (!this.#journal.exists()) this.#journal.replace(rowsOf(this.#memory.exportState()));
      });
    this.#isReady = true;
  }

  #catchUp(): void {
    if (!this.#journal.catchUp(false)) this.#lock.hold(() => this.#journal.catchUp(true));
  }

  #replay(record: CallRecord): void {
    try {
      makeCall(this.#memory, record);
    } catch {
      // It has thrown where it was made, and throws wherever it is repeated: what it did until then is the same.
    }
  }

  /** Writes a snapshot in place of many records, so that files do not grow with what was, but with what is. */
  #compact(): void {
    if (!this.#isLong()) return;
    try {
      this.#lock.hold(() => {
        this.#journal.catchUp(true);
        if (this.#isLong()) this.#journal.replace(rowsOf(this.#memory.exportState()));
      });
      this.#compactLater = this.#compactAbove;
    } catch (error) {
      // The call itself was made, and its record is there. Another attempt comes later, not with each call.
      if (faultCode(error) === undefined) throw error;
      this.#compactLater = 2 * this.#journal.sizes.records;
    }
  }

  #isLong(): boolean {
    const { records, snapshot } = this.#journal.sizes;
    return records > Math.max(this.#compactLater, snapshot);
  }
}
