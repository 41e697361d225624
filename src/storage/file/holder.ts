// Who holds the lock of a file storage: a thread of a process, by what tells it from every other that was or will be.
// A thread's number is used again some day, so its start belongs to it, and the boot and namespace that numbers are of.
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { host } from '../../runtime.js';
import { faultCode, type FileSystem } from './file-system.js';

/** A holder, as the name of a file: `held-by-<thread>-<start>-<namespace>-<boot>-<host>`. */
export type HolderName = `held-by-${string}`;

interface Holder {
  readonly thread: string;
  readonly start: string;
  readonly namespace: string;
  readonly boot: string;
  readonly host: string;
}

const HOLDER = /^held-by-(?<thread>\d+)-(?<start>\w+)-(?<namespace>\w+)-(?<boot>\w+)-(?<host>.*)$/;

/** In /proc/…/stat, after the name in parentheses: the state is the first field, the start the twentieth. */
const STATE = 0;
const START = 19;

/** Names the thread that asks. Where there is no /proc, threads of one process are told apart, but not their ends. */
export function nameHolder(fs: FileSystem): HolderName {
  const here = encodeURIComponent(hostname());
  const stat = statOf(fs, 'thread-self');
  if (stat === undefined) return `held-by-${host.processId}-t${threadId}-none-none-${here}`;
  return `held-by-${stat.thread}-${stat.start}-${namespaceOf(fs)}-${bootOf(fs)}-${here}`;
}

/** Tells whether a name is one of a holder. */
export function isHolderName(name: string): name is HolderName {
  return HOLDER.test(name);
}

/** Tells whether a holder is known to be dead. Of one that cannot be seen from here, nothing is known. */
export function isDead(fs: FileSystem, name: HolderName, self: HolderName): boolean {
  const holder = parse(name);
  const own = parse(self);
  if (name === self || holder.host !== own.host) return false;
  if (holder.boot !== own.boot) return true;
  if (holder.namespace !== own.namespace) return false;
  const stat = holder.boot === 'none' ? undefined : statOf(fs, holder.thread);
  // Where /proc is there, but hides what belongs to other users, the signal knows better.
  if (stat === undefined) return !host.isProcessAlive(Number(holder.thread));
  return stat.start !== holder.start || stat.state === 'Z' || stat.state === 'X';
}

/** Says who a holder is. */
export function describeHolder(name: HolderName): string {
  const { thread, host: machine } = parse(name);
  return `process or thread ${thread} on ${decodeURIComponent(machine)}`;
}

function parse(name: HolderName): Holder {
  return HOLDER.exec(name)!.groups as unknown as Holder;
}

interface ThreadStat {
  readonly thread: string;
  readonly state: string;
  readonly start: string;
}

function statOf(fs: FileSystem, thread: string): ThreadStat | undefined {
  const text = tryRead(fs, `/proc/${thread}/stat`);
  if (text === undefined) return undefined;
  // The name may hold blanks and parentheses; nothing after it does.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = text.slice(0, text.indexOf(' '));
  return { thread: number, state: fields[STATE]!, start: fields[START]! };
}

function bootOf(fs: FileSystem): string {
  return tryRead(fs, '/proc/sys/kernel/random/boot_id')?.trim().replaceAll('-', '') ?? 'unknown';
}

/** Numbers of threads mean something within one namespace only: containers have their own. */
function namespaceOf(fs: FileSystem): string {
  try {
    return String(fs.identify('/proc/thread-self/ns/pid').inode);
  } catch (error) {
    if (faultCode(error) === undefined) throw error;
    return 'unknown';
  }
}

function tryRead(fs: FileSystem, path: string): string | undefined {
  try {
    return fs.readText(path);
  } catch (error) {
    if (faultCode(error) === undefined) throw error;
    return undefined;
  }
}
