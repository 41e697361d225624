// A run's calls made again on the sequential model, one by one, in the order in which they took effect. Receipts differ
// between storages, so they are compared by which delivery they name.
import type { QueueItem } from '../../src/storage/storage.js';
import { SequentialStorage } from './sequential-storage.js';

/** The methods that change something, or tell what is there. */
const COMPARED = new Set([
  'turn',
  'handOver',
  'recover',
  'resolveDead',
  'held',
  'pending',
  'pendingCount',
  'scheduled',
  'scheduledCount',
  'dead',
  'peek',
  'pop',
  'putIfEmpty',
  'delete',
  'deleteIf',
  'keys',
  'acquire',
  'release',
  'holders',
  'flushLocks',
  'locks',
  'rate',
  'rateUsage',
  'resetRate',
  'rates',
  'reports',
  'keepLease',
  'endLease',
  'flush',
]);

/** A part of an answer in which the two differ. */
export interface Divergence {
  readonly op: string;
  readonly got: string;
  readonly wanted: string;
}

/** States: in step -> lost, when clocks that go back leave it open what has ended. */
export class Lockstep {
  readonly #model = new SequentialStorage();
  /** The model's receipts by the storage's, and the other way round. */
  readonly #modelReceipts = new Map<string, string>();
  readonly #receipts = new Map<string, string>();
  #latest = -Infinity;
  #isLost = false;

  /** Whether it no longer compares. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Makes the call on the model; tells how the answers differ, if they do. */
  follow(op: string, args: readonly unknown[], answer: unknown): Divergence | undefined {
    if (this.#isLost || !COMPARED.has(op)) return undefined;
    if (this.#isInDoubt(instantOf(op, args))) {
      this.#isLost = true;
      return undefined;
    }
    const method = this.#model[op as 'turn'] as unknown as (...args: readonly unknown[]) => unknown;
    const wanted = method.apply(
      this.#model,
      args.map((arg) => this.#translated(arg, this.#modelReceipts)),
    );
    this.#pair(answer, wanted);
    const theirs = this.#translated(wanted, this.#receipts);
    const got = plain(answer, theirs);
    const expected = plain(theirs, theirs);
    return got === expected ? undefined : { op, got, wanted: expected };
  }

  /** What ended between two instants may have ended for good, or not: both are right if a clock then goes back. */
  #isInDoubt(now: number | undefined): boolean {
    if (now === undefined) return false;
    if (now >= this.#latest) {
      this.#latest = now;
      return false;
    }
    const { leases, values, holds } = this.#model;
    const ends = [
      ...leases.map(({ until }) => until),
      ...values.map(({ expiresAt }) => expiresAt),
      ...holds.map(({ expiresAt }) => expiresAt),
    ];
    return ends.some((end) => end > now && end <= this.#latest);
  }

  #translated(value: unknown, receipts: ReadonlyMap<string, string>): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#translated(one, receipts));
    if (typeof value !== 'object' || value === null) return value;
    if (isItem(value)) return plainItem(value);
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        name === 'receipt' && typeof part === 'string'
          ? (receipts.get(part) ?? part)
          : this.#translated(part, receipts),
      ]),
    );
  }

  /** Notes which receipt of the one stands for which of the other: they come in the same order. */
  #pair(answer: unknown, wanted: unknown): void {
    if (typeof answer !== 'object' || answer === null || typeof wanted !== 'object' || wanted === null)
      return;
    if (isItem(answer)) return;
    for (const [name, mine] of Object.entries(answer)) {
      const theirs = (wanted as Record<string, unknown>)[name];
      if (name !== 'receipt') this.#pair(mine, theirs);
      else if (typeof mine === 'string' && typeof theirs === 'string') {
        this.#modelReceipts.set(mine, theirs);
        this.#receipts.set(theirs, mine);
      }
    }
  }
}

function isItem(value: object): value is QueueItem {
  return 'enqueuedAt' in value;
}

/** Its fields as its own: those of an encoded task are computed. */
function plainItem({ id, task, priority, data, enqueuedAt }: QueueItem): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}

/** What counts in an answer, as text: the fields that the model has, in its order. */
function plain(value: unknown, shape: unknown): string {
  return JSON.stringify(projected(value, shape)) ?? 'undefined';
}

function projected(value: unknown, shape: unknown): unknown {
  if (Array.isArray(value))
    return value.map((one, index) => projected(one, Array.isArray(shape) ? (shape[index] ?? one) : one));
  if (typeof value !== 'object' || value === null) return value;
  if (isItem(value)) return plainItem(value);
  const names = Object.keys(typeof shape === 'object' && shape !== null ? shape : value);
  return Object.fromEntries(
    names.map((name) => [
      name,
      projected((value as Record<string, unknown>)[name], (shape as Record<string, unknown>)[name]),
    ]),
  );
}

/** The instant that a call names. */
function instantOf(op: string, args: readonly unknown[]): number | undefined {
  const [first] = args;
  if (typeof first === 'object' && first !== null && 'now' in first) return first.now as number;
  if (op === 'held') return first as number;
  const last = args.at(-1);
  return typeof last === 'number' && args.length > 1 ? last : undefined;
}
