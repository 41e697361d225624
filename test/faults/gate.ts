// A gate: one point in the life of one task at which a process of a fault test stops for good, having said where it is.
// The parent says which, in a file; whoever comes there first takes the file away, so it is one process, once.
import { readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** What a consumer is at: it has taken a delivery, is about to settle it, has settled it, has moved a due task. */
export type ConsumerPhase = 'taken' | 'settling' | 'settled' | 'moving';
/** What the process that runs bodies is at: before the body, inside it, after it, and telling of its stored end. */
export type WorkerPhase = 'before' | 'body' | 'after' | 'telling';
export type Phase = ConsumerPhase | WorkerPhase;

/** Which task is to stop, and where. */
export interface Gate {
  readonly phase: Phase;
  readonly id: string;
}

/** Who stands at the gate: thread 0 is a process's own. */
export interface Stopped {
  readonly phase: Phase;
  readonly id: string;
  readonly pid: number;
  readonly threadId: number;
}

const MARK = 'at the gate: ';

function fileOf(folder: string): string {
  return join(folder, 'gate.json');
}

/** Sets the gate, all at once, so that nobody reads half of it. */
export function setGate(folder: string, gate: Gate): void {
  writeFileSync(join(folder, 'gate.new'), JSON.stringify(gate));
  renameSync(join(folder, 'gate.new'), fileOf(folder));
}

/** Whether this is the gate. If so, it is nobody else's, and the parent knows who stands there. */
export function takeGate(folder: string, phase: Phase, id: string): boolean {
  try {
    const gate = JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Gate;
    if (gate.phase !== phase || gate.id !== id) return false;
    renameSync(fileOf(folder), join(folder, `gate.taken.${process.pid}.${threadId}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const stopped: Stopped = { phase, id, pid: process.pid, threadId };
  writeSync(1, `${MARK}${JSON.stringify(stopped)}\n`);
  return true;
}

/** What a line of a child's output says about the gate; undefined: nothing. */
export function readStopped(line: string): Stopped | undefined {
  return line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as Stopped) : undefined;
}

/** Stops at the gate, while the process lives on around it. */
export function standStill(): Promise<never> {
  return new Promise<never>(() => {});
}

/** Stops at the gate with the whole thread. */
export function freeze(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
