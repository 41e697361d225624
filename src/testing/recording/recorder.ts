// Writes down what happens to the tasks of a Huey, as events: from what the storage is asked to do, and from the
// signals. Whatever goes wrong in here is an event of its own, and never reaches the code that is recorded.
import type { Engine } from '../../engine/engine.js';
import { FAILURE } from '../../engine/settle.js';
import { type Wire, toWire } from '../../model/message.js';
import type { Signal } from '../../model/signals.js';
import type { Task, TaskChain } from '../../model/task.js';
import {
  type Delivery,
  type Effect,
  type QueueItem,
  revokedKey,
  revokedTaskKey,
  type Settlement,
  type SettlementResult,
  type Storage,
  type Turn,
  type TurnResult,
} from '../../storage/storage.js';
import { whereabouts } from '../whereabouts.js';
import { Origins } from './origin.js';
import { RecentIds } from './recent-ids.js';
import { type RecordedAttempt, type RecordedWork, REDACTED, type RecordingEvent } from './recording-event.js';
import type { RecordedPart, Redaction } from './redaction.js';
import { type StorageWatch, watchedStorage } from './watched-storage.js';

const SLOT_MS = 60_000;
const REVOKED = revokedKey('');
const REVOKED_TASK = revokedTaskKey('');

/** States: open -> closed. Closing twice does nothing more. */
export class Recorder implements StorageWatch {
  readonly #engine: Engine;
  readonly #redaction: Redaction;
  readonly #take: (event: RecordingEvent) => void;
  readonly #origins: Origins;
  readonly #isHere: () => boolean;
  /** Tasks whose enqueuing was seen: what is delivered beside them comes from another process. */
  readonly #known = new RecentIds();
  #isOpen = true;

  /** @param isHere Whether a signal is of what is recorded. Default: if it is sent where the engine lives now. */
  constructor(
    engine: Engine,
    redaction: Redaction,
    take: (event: RecordingEvent) => void,
    isHere: () => boolean = whereabouts(engine),
  ) {
    this.#engine = engine;
    this.#redaction = redaction;
    this.#take = take;
    this.#origins = new Origins(engine);
    this.#isHere = isHere;
    engine.signals.connect(this.#signalled, []);
  }

  /** The storage, watched by this recorder. */
  watch(storage: Storage): Storage {
    return watchedStorage(storage, this);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#engine.signals.disconnect(this.#signalled, []);
    this.#origins.close();
  }

  turning({ settled }: Turn): void {
    for (const { receipt, effects } of settled)
      for (const effect of receipt === undefined ? effects : []) {
        const item =
          'item' in effect ? effect.item : effect.kind === 'chord' ? effect.callback.item : undefined;
        if (item !== undefined) this.#known.add(item.id, item.task);
      }
  }

  turned({ settled, now }: Turn, result: TurnResult, by: RecordedAttempt | undefined): void {
    this.#attempt(now, 'a turn', () => {
      for (const [index, settlement] of settled.entries())
        if (result.settled[index]!.applied) this.#settled(settlement, result.settled[index]!, now, by);
      for (const delivery of result.deliveries) this.#delivered(delivery, 'queue', now);
    });
  }

  handedOver(deliveries: readonly Delivery[], now: number): void {
    this.#attempt(now, 'what was due', () => {
      for (const delivery of deliveries) this.#delivered(delivery, 'schedule', now);
    });
  }

  deleted(key: string, now: number, by: RecordedAttempt | undefined): void {
    const about = revocationOf(key);
    if (about !== undefined) this.#tell({ kind: 'restored', at: now, ...byWhom(by), ...about });
  }

  #settled(
    { receipt, effects }: Settlement,
    result: SettlementResult,
    now: number,
    by: RecordedAttempt | undefined,
  ): void {
    for (const { delivery } of result.enqueued)
      if (delivery !== undefined) this.#origins.cover(delivery.item.task);
    if (receipt !== undefined) return this.#ended(effects, now);
    const work: RecordedWork[] = [];
    let redacted = false;
    for (const [index, effect] of effects.entries()) {
      if (effect.kind === 'tick') this.#ticked(effect, result, index, now);
      else if (effect.kind === 'put') this.#put(effect.key, effect.data, now, by);
      else
        for (const one of this.#workOf(effect, now)) {
          work.push(one.work);
          redacted ||= one.redacted;
        }
    }
    if (work.length > 0)
      this.#tell({ kind: 'enqueued', at: now, ...byWhom(by), work, ...(redacted && { redacted }) });
  }

  /** A delivery has come to its end: what is stored under the id of its task is the result. */
  #ended(effects: readonly Effect[], now: number): void {
    for (const effect of effects) {
      if (effect.kind !== 'put' || effect.data.startsWith(FAILURE)) continue;
      const { key, data } = effect;
      this.#attempt(now, `the result of ${key}`, () => {
        const value = this.#engine.codec.decodeValue(data);
        const { value: shown, redacted } = this.#resultOf(key, value);
        this.#tell({ kind: 'result', at: now, id: key, value: shown, ...(redacted && { redacted }) });
      });
    }
  }

  /** Of a task whose name is forgotten, nobody knows what is to be redacted. */
  #resultOf(id: string, value: unknown): ReturnType<Redaction['apply']> {
    const task = this.#known.nameOf(id);
    if (task === undefined && this.#redaction.isOn) return { value: REDACTED, redacted: true };
    return this.#redaction.apply({ task: task ?? '', part: 'result', value });
  }

  #ticked(
    { ticker, slot }: Extract<Effect, { kind: 'tick' }>,
    { enqueued }: SettlementResult,
    index: number,
    now: number,
  ): void {
    const one = enqueued.find(({ effect }) => effect === index);
    if (one === undefined) return;
    this.#known.add(one.item.id, ticker);
    this.#tell({ kind: 'tick', at: now, id: one.item.id, name: ticker, minute: slot * SLOT_MS });
  }

  #put(key: string, data: string, now: number, by: RecordedAttempt | undefined): void {
    const about = revocationOf(key);
    if (about === undefined) return;
    this.#attempt(now, key, () => {
      const value = this.#engine.codec.decodeValue(data) as {
        readonly once?: unknown;
        readonly until?: unknown;
      };
      const until = typeof value?.until === 'number' ? { until: value.until } : {};
      this.#tell({ kind: 'revoked', at: now, ...byWhom(by), ...about, once: value?.once === true, ...until });
    });
  }

  #workOf(
    effect: Effect,
    now: number,
  ): readonly { readonly work: RecordedWork; readonly redacted: boolean }[] {
    if (effect.kind === 'enqueue') return this.#chainOf(effect.item, {}, now);
    if (effect.kind === 'schedule') return this.#chainOf(effect.item, { due: effect.dueAt }, now);
    if (effect.kind !== 'chord') return [];
    const { item, tail } = effect.callback;
    const whole = { ...fieldsOf(item), data: item.data + tail };
    return this.#chainOf(whole, { chord: { id: effect.chord, size: effect.size } }, now);
  }

  #chainOf(
    item: QueueItem,
    about: Omit<RecordedWork, 'chain'>,
    now: number,
  ): readonly { readonly work: RecordedWork; readonly redacted: boolean }[] {
    let redacted = false;
    const note = (isChanged: boolean): void => void (redacted ||= isChanged);
    try {
      const { head, next } = this.#engine.codec.decodeChain(item);
      const chain = [head, ...next].map((task) => this.#wireOf(task, note));
      return [{ work: { chain, ...about }, redacted }];
    } catch (error) {
      this.#unrecorded(now, `${item.task} ${item.id}`, error);
      return [];
    }
  }

  /** The message of a task, redacted, as plain JSON. */
  #wireOf(task: Task, note: (isChanged: boolean) => void): Wire {
    this.#known.add(task.id, task.name);
    const part = (name: 'args' | 'kwargs', value: unknown): unknown => {
      const { value: shown, redacted } = this.#redaction.apply({ task: task.name, part: name, value });
      note(redacted);
      return shown;
    };
    const { args, kwargs, onError, extra: _unknown, ...rest } = task;
    // The rest is plain JSON already.
    const wire = toWire({ ...rest, args: [] });
    const shown = part('args', args);
    wire['args'] = Array.isArray(shown) ? shown : [shown];
    if (kwargs !== undefined) {
      const named = part('kwargs', kwargs);
      wire['kwargs'] = typeof named === 'object' && !Array.isArray(named) ? (named ?? {}) : {};
    }
    if (onError !== undefined) wire['onError'] = stagesOf(onError).map((stage) => this.#wireOf(stage, note));
    return wire;
  }

  #delivered({ item }: Delivery, from: 'queue' | 'schedule', now: number): void {
    this.#origins.cover(item.task);
    if (this.#known.has(item.id)) return;
    this.#known.add(item.id, item.task);
    if (this.#engine.registry.has(item.task) && this.#engine.registry.get(item.task).schedule !== undefined) {
      const minute = Math.floor(item.enqueuedAt / SLOT_MS) * SLOT_MS;
      this.#tell({ kind: 'tick', at: now, id: item.id, name: item.task, minute });
      return;
    }
    for (const { work, redacted } of this.#chainOf(item, {}, now)) {
      const at = from === 'queue' ? Math.min(item.enqueuedAt, now) : now;
      this.#tell({ kind: 'arrived', at, from, work: [work], ...(redacted && { redacted }) });
    }
  }

  readonly #signalled = (signal: Signal, task: Task, error?: unknown): void => {
    if (!this.#isHere()) return;
    const at = this.#engine.now();
    this.#attempt(at, signal, () => {
      const { id, name, attempt } = task;
      const told = error === undefined ? undefined : this.#redaction.apply(errorPart(name, error));
      this.#tell({
        kind: 'signal',
        at,
        signal,
        id,
        name,
        attempt,
        ...(told !== undefined && { error: String(told.value) }),
        ...(told?.redacted === true && { redacted: true }),
      });
    });
  };

  #attempt(at: number, what: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#unrecorded(at, what, error);
    }
  }

  /** The reason may quote what was to be redacted: it is told by its name alone. */
  #unrecorded(at: number, what: string, error: unknown): void {
    const reason =
      error instanceof Error ? (this.#redaction.isOn ? error.name : String(error)) : typeof error;
    this.#tell({ kind: 'unrecorded', at, what, reason });
  }

  #tell(event: RecordingEvent): void {
    if (this.#isOpen) this.#take(event);
  }
}

function errorPart(task: string, error: unknown): RecordedPart {
  const value = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { task, part: 'error', value };
}

function byWhom(by: RecordedAttempt | undefined): { readonly by?: RecordedAttempt } {
  return by === undefined ? {} : { by };
}

function stagesOf({ head, next }: TaskChain): readonly Task[] {
  return [head, ...next];
}

/** Items may compute their fields. */
function fieldsOf({ id, task, priority, data, enqueuedAt }: QueueItem): QueueItem {
  return { id, task, priority, data, enqueuedAt };
}

function revocationOf(key: string): { readonly id: string } | { readonly name: string } | undefined {
  if (key.startsWith(REVOKED_TASK)) return { name: key.slice(REVOKED_TASK.length) };
  return key.startsWith(REVOKED) ? { id: key.slice(REVOKED.length) } : undefined;
}
