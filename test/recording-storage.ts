// A storage between the engine and a real one, for tests: it writes down every call, answers as late as a server
// does, and fails on demand.
import { StorageError } from '../src/errors.js';
import { MemoryStorage } from '../src/storage/memory.js';
import type { Storage } from '../src/storage/storage.js';

export interface StorageCall {
  readonly name: keyof Storage;
  readonly args: readonly unknown[];
}

export interface Recording {
  readonly storage: Storage;
  readonly calls: StorageCall[];
  /** The names of the calls since the last look, in order. */
  takeCalls(): string[];
  /** Decides which calls fail, before anything is changed. Default: none. */
  failing: (name: keyof Storage) => boolean;
  /** Decides which calls fail once they are applied, as when the answer of a server is lost. Default: none. */
  losing: (name: keyof Storage) => boolean;
}

/** @param later Whether to answer in promises, as servers do, instead of at once. */
export function recordingStorage({
  inner = new MemoryStorage(),
  later = false,
}: { readonly inner?: Storage; readonly later?: boolean } = {}): Recording {
  const recording: Recording = {
    storage: new Proxy(inner, { get: (_, name) => recorded(inner, name as keyof Storage, recording, later) }),
    calls: [],
    takeCalls: () => recording.calls.splice(0).map(({ name }) => name),
    failing: () => false,
    losing: () => false,
  };
  return recording;
}

function recorded(inner: Storage, name: keyof Storage, recording: Recording, later: boolean): unknown {
  const member: unknown = inner[name];
  if (typeof member !== 'function') return member;
  return (...args: readonly unknown[]): unknown => {
    recording.calls.push({ name, args });
    if (name === 'subscribe') return Reflect.apply(member, inner, args);
    const act = (): unknown => {
      if (recording.failing(name)) throw new StorageError(`${name}: the storage is away`);
      const answer: unknown = Reflect.apply(member, inner, args);
      if (!recording.losing(name)) return answer;
      throw new StorageError(`${name}: the answer was lost`, { retryable: true, mayHaveApplied: true });
    };
    return later ? Promise.resolve().then(act) : act();
  };
}
