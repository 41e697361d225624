// The few calls on files that the file storage makes, so that a test can let any of them fail; node:fs stands behind
// it. All of them are synchronous: what a storage does in one call must not be torn apart by what else a process does.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../errors.js';

/** Which file a path leads to, and how long it is. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
}

/** What node:fs calls the same does. */
export interface FileSystem {
  makeDirectory(path: string): void;
  /** With those above it; does nothing if it is there. */
  makeDirectories(path: string): void;
  list(path: string): readonly string[];
  /** Of a path, or of an open file. @throws with code ENOENT if there is nothing. */
  identify(file: string | number): FileIdentity;
  readText(path: string): string;
  writeText(path: string, text: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** 'r+' to go on with a file, 'w+' to begin one. */
  open(path: string, flags: 'r+' | 'w+'): number;
  close(descriptor: number): void;
  /** Reads at most `length` bytes; how many there were, 0 at the end. */
  read(descriptor: number, into: Uint8Array, length: number, position: number): number;
  /** Writes at least one byte of what it is given; how many. */
  write(descriptor: number, bytes: Uint8Array, position: number): number;
  truncate(descriptor: number, size: number): void;
  /** Returns once the contents are on the disk. */
  sync(descriptor: number): void;
  /** Returns once the names in a directory are on the disk. */
  syncDirectory(path: string): void;
}

/** The file system of this machine. */
export const nodeFileSystem: FileSystem = {
  makeDirectory: (path) => fs.mkdirSync(path),
  makeDirectories,
  list: (path) => fs.readdirSync(path),
  identify(file) {
    const { dev, ino, size } =
      typeof file === 'number' ? fs.fstatSync(file, { bigint: true }) : fs.statSync(file, { bigint: true });
    return { device: dev, inode: ino, size: Number(size) };
  },
  readText: (path) => fs.readFileSync(path, 'utf8'),
  writeText: (path, text) => fs.writeFileSync(path, text),
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { recursive: true, force: true }),
  open: (path, flags) => fs.openSync(path, flags),
  close: (descriptor) => fs.closeSync(descriptor),
  read: (descriptor, into, length, position) => fs.readSync(descriptor, into, 0, length, position),
  write: (descriptor, bytes, position) => fs.writeSync(descriptor, bytes, 0, bytes.length, position),
  truncate: (descriptor, size) => fs.ftruncateSync(descriptor, size),
  sync: (descriptor) => fs.fdatasyncSync(descriptor),
  syncDirectory(path) {
    const descriptor = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  },
};

/** Node's own `recursive` tries for ever where a directory exists in which nothing can be made, as in /proc. */
function makeDirectories(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (isDirectory(path)) return;
    const parent = dirname(path);
    if (faultCode(error) !== 'ENOENT' || isDirectory(parent)) throw error;
    makeDirectories(parent);
    makeDirectories(path);
  }
}

function isDirectory(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The code of an error of the file system, as 'ENOENT'; undefined for any other error. */
export function faultCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full: free some space'],
  ['EDQUOT', 'the disk quota is used up: free some space'],
  ['EROFS', 'the file system is read-only: choose a directory that can be written'],
  ['EACCES', 'this user may not: change the permissions, or choose another directory'],
  ['EPERM', 'this user may not: change the permissions, or choose another directory'],
  ['EEXIST', 'the path must be a directory, or not exist yet'],
  ['ENOTDIR', 'the path must be a directory, or not exist yet'],
  ['EISDIR', 'there is a directory where a file of the storage should be: remove it'],
  ['EMFILE', 'the process has too many files open: close some, or raise the limit (ulimit -n)'],
  ['ENFILE', 'the machine has too many files open'],
  ['ENOENT', 'a storage that was in use has been removed: put it back, or open it anew'],
  ['EIO', 'the disk fails: look at the log of the system'],
]);

/** Something else is where the storage should be: asking again does not help. */
const LASTING: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR', 'EISDIR']);

/** What the storage throws for a fault of the file system; any other error stays what it is. */
export function storageFault(error: unknown, directory: string, mayHaveApplied: boolean): unknown {
  const code = faultCode(error);
  if (code === undefined) return error;
  const advice = ADVICE.get(code) ?? 'the same call may be made again once that is put right';
  const { message } = error as Error;
  return new StorageError(`expected to use the files in ${directory}, got ${message}; ${advice}`, {
    cause: error,
    retryable: !LASTING.has(code),
    mayHaveApplied,
  });
}
