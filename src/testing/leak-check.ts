// What a test has left behind: tasks that wait or run, locks, consumers, results that nobody has read, open handles.
import { AssertionError } from 'node:assert/strict';
import { checkOptionNames, expected } from '../check.js';
import type { Engine } from '../engine/engine.js';
import { host } from '../runtime.js';
import { listAll } from './listing.js';
import type { EnqueuedState } from './matching/enqueued-task.js';
import { enginesOf, type Hueys } from './mode.js';

/** Kinds of what can be left. */
export const LEAKS = ['pending', 'scheduled', 'running', 'locks', 'consumers', 'results', 'handles'] as const;

/** A kind of what can be left. */
export type Leak = (typeof LEAKS)[number];

/** What the process has open, by kind: sockets, servers, files, child processes. Timers are not counted. */
export type HandleCensus = ReadonlyMap<string, number>;

/** What `leakCheck` takes. */
export interface LeakCheckOptions {
  /** What may be left. */
  readonly allow?: readonly Leak[];
  /** What was open before the test: what `openHandles()` returned then. Default: handles are not looked at. */
  readonly handlesBefore?: HandleCensus;
}

const TIMERS = ['Timeout', 'Immediate'];

/** Counts what the process has open now. */
export function openHandles(): HandleCensus {
  const counts = new Map<string, number>();
  for (const kind of host.activeResources())
    if (!TIMERS.includes(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/**
 * Asserts that nothing is left: call it at the end of each test, inside its mode.
 * @throws AssertionError that lists what is, by kind.
 */
export async function leakCheck(huey: Hueys, options: LeakCheckOptions = {}): Promise<void> {
  checkOptionNames(options, ['allow', 'handlesBefore'], 'leakCheck');
  const { allow = [], handlesBefore } = options;
  for (const kind of allow)
    if (!LEAKS.includes(kind)) throw expected('allow', `of ${LEAKS.join(', ')}`, kind);
  const found = new Map<Leak, string[]>(LEAKS.map((kind) => [kind, []]));
  for (const engine of enginesOf(huey)) await collect(engine, found);
  if (handlesBefore !== undefined) await collectHandles(handlesBefore, found);
  const left = [...found].filter(([kind, list]) => list.length > 0 && !allow.includes(kind));
  if (left.length > 0) throw new AssertionError({ message: messageOf(left), stackStartFn: leakCheck });
}

const KIND_OF: Partial<Record<EnqueuedState, Leak>> = {
  queued: 'pending',
  scheduled: 'scheduled',
  running: 'running',
};

async function collect(engine: Engine, found: ReadonlyMap<Leak, string[]>): Promise<void> {
  const { storage } = engine;
  const now = engine.now();
  const { tasks } = await listAll(engine, undefined);
  for (const { name, id, state } of tasks) {
    const kind = KIND_OF[state];
    if (kind !== undefined) found.get(kind)!.push(`${name} ${id}`);
  }
  found.get('locks')!.push(...(await storage.locks(now)));
  found.get('consumers')!.push(...[...engine.leases].map(({ name }) => name));
  const keys = await storage.keys(now);
  found.get('results')!.push(...keys.filter((key) => !key.startsWith('revoked')));
}

/** How long handles that are being closed are waited for, in real milliseconds: a socket says goodbye to its peer. */
const CLOSING_MS = 500;

async function collectHandles(before: HandleCensus, found: ReadonlyMap<Leak, string[]>): Promise<void> {
  const deadline = host.realNow() + CLOSING_MS;
  await host.turn();
  await host.turn();
  while (handlesSince(before).length > 0 && host.realNow() < deadline) await host.turn();
  found.get('handles')!.push(...handlesSince(before));
}

function handlesSince(before: HandleCensus): readonly string[] {
  return [...openHandles()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    if (more <= 0) return [];
    return [more === 1 ? kind : `${more} × ${kind}`];
  });
}

const ADVICE: Readonly<Record<Leak, string>> = {
  pending: 'drain the queue, or flush it',
  scheduled: 'drain the queue with `scheduled: true`, or flush the schedule',
  running: 'let them end, or stop their consumer',
  locks: 'release them',
  consumers: 'stop them',
  results: 'read them with result.get(), or declare the Huey with `results: false`',
  handles: 'close them',
};

function messageOf(left: readonly (readonly [Leak, readonly string[]])[]): string {
  const lines = left.map(([kind, list]) => {
    const more = list.length > 5 ? ` and ${list.length - 5} more` : '';
    return `\n  ${kind.padEnd(10)} ${list.slice(0, 5).join(', ')}${more}: ${ADVICE[kind]}`;
  });
  const kinds = left.map(([kind]) => `'${kind}'`).join(', ');
  return `expected nothing to be left, got${lines.join('')}\n  or allow them: leakCheck(huey, { allow: [${kinds}] })`;
}
