import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isHueyError } from 'huey-ts';
import { FileStorage } from 'huey-ts/file';
import { item, NOW, Subject } from '../../src/testing/contract/subject.js';
import { type FileSystem, nodeFileSystem } from '../../src/storage/file/file-system.js';
import { temporaryDirectory } from './directory.js';

/** A file system that fails where it is told to; a write that fails has written half. */
class FaultySystem {
  calls = 0;
  readonly #code: string;
  #from = Infinity;
  #to = Infinity;

  constructor(code = 'ENOSPC') {
    this.#code = code;
  }

  /** Fails from the call of that number on, counted from 1, so many times. */
  failFrom(call: number, times: number): void {
    this.#from = call;
    this.#to = call + times;
  }

  readonly fileSystem = Object.fromEntries(
    Object.entries(nodeFileSystem).map(([name, call]) => [
      name,
      (...args: never[]): unknown => {
        this.calls += 1;
        const [file, bytes, position] = args as unknown as [number, Uint8Array, number];
        if (this.calls < this.#from || this.calls >= this.#to) return Reflect.apply(call, undefined, args);
        if (name === 'write') nodeFileSystem.write(file, bytes.subarray(0, bytes.length >> 1), position);
        throw Object.assign(new Error(`${this.#code}: planted, ${name}`), { code: this.#code });
      },
    ]),
  ) as unknown as FileSystem;
}

const STEPS: readonly ((storage: FileStorage, last: { receipt: string }) => void)[] = [
  (storage) => enqueue(storage, 'a'),
  (storage) => enqueue(storage, 'b'),
  (storage, last) => {
    const [delivery] = storage.turn({ settled: [], take: 1, lease: 'worker', now: NOW }).deliveries;
    last.receipt = delivery!.receipt;
  },
  (storage, { receipt }) => {
    const effects = [
      { kind: 'put', key: 'result', data: 'x'.repeat(500) },
      { kind: 'enqueue', item: item('next') },
    ] as const;
    storage.turn({ settled: [{ receipt, effects }], take: 0, lease: 'worker', now: NOW });
  },
  (storage) => void storage.pop('result', NOW),
  (storage) => enqueue(storage, 'c'),
];

function enqueue(storage: FileStorage, id: string): void {
  const settled = [{ effects: [{ kind: 'enqueue', item: item(id) } as const] }];
  storage.turn({ settled, take: 0, lease: 'worker', now: NOW });
}

async function look(storage: FileStorage): Promise<string> {
  const held = storage.held(NOW).map(({ receipt }) => receipt);
  return JSON.stringify([await new Subject(storage).snapshot(), held]);
}

/** Takes all steps, each again as long as it has failed and changed nothing; @returns how many calls that was. */
async function takeSteps(from: number, times: number, fsync: boolean, code?: string): Promise<number> {
  const path = temporaryDirectory();
  const system = new FaultySystem(code);
  const seams = { fileSystem: system.fileSystem, compactAbove: 400 };
  const [storage, witness] = [new FileStorage(path, { fsync }, seams), new FileStorage(path)];
  const model = new FileStorage(temporaryDirectory());
  const [last, modelLast] = [{ receipt: '' }, { receipt: '' }];
  await look(witness);
  system.failFrom(from, times);
  for (const [index, step] of STEPS.entries()) {
    const before = await look(model);
    step(model, modelLast);
    const after = await look(model);
    for (let attempt = 0; ; attempt += 1) {
      const where = `step ${index}, attempt ${attempt}, fault at call ${from}`;
      expect(attempt, where).toBeLessThanOrEqual(times);
      const fault = failure(() => step(storage, last));
      const seen = await look(witness);
      if (fault === undefined) {
        expect(seen, where).toBe(after);
        break;
      }
      expect(isHueyError(fault, 'StorageError'), where).toBe(true);
      // It may have been made, and then the lock could not be left; but then the error says so.
      const mayHaveApplied = isHueyError(fault, 'StorageError') && fault.mayHaveApplied;
      expect(mayHaveApplied ? [before, after] : [before], where).toContain(seen);
      if (seen === after && index !== 2) break;
      if (seen === after) {
        last.receipt = witness.held(NOW)[0]!.receipt;
        break;
      }
    }
  }
  system.failFrom(Infinity, 0);
  expect(await look(storage)).toBe(await look(witness));
  const { calls } = system;
  for (const handle of [storage, witness, model]) handle.close();
  return calls;
}

function failure(call: () => void): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a fault of the file system', () => {
  it.each([
    ['once', 1, false, 'ENOSPC', 1],
    ['once, with fsync', 1, true, 'EIO', 3],
    ['for a while', 7, false, 'ENOSPC', 4],
  ])(
    'at any call, %s, leaves all of a change or nothing, and the handle goes on after it',
    async (_, times, fsync, code, stride) => {
      const calls = await takeSteps(Infinity, 0, fsync);
      expect(calls).toBeGreaterThan(60);
      for (let from = 1; from <= calls; from += stride) await takeSteps(from, times, fsync, code);
    },
  );

  it('does not fail a call for a snapshot that can wait', async () => {
    const path = temporaryDirectory();
    let full = true;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      open(file, flags) {
        if (full && file.endsWith('.new') && made > 0)
          throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
        made += 1;
        return nodeFileSystem.open(file, flags);
      },
    };
    let made = 0;
    const subject = new Subject(new FileStorage(path, {}, { fileSystem, compactAbove: 100 }));
    const size = () => readFileSync(join(path, 'queue.jsonl')).length;
    for (let index = 0; index < 20; index += 1) await subject.put('key', `${index}`);
    expect(size()).toBeGreaterThan(2000);
    full = false;
    for (let index = 0; index < 40; index += 1) await subject.put('key', `${index}`);
    expect(size()).toBeLessThan(1500);
    await new Subject(new FileStorage(path)).data('key', '39');
  });

  it('of writing a few bytes at a time is none', async () => {
    const path = temporaryDirectory();
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      write: (descriptor, bytes, position) =>
        nodeFileSystem.write(descriptor, bytes.subarray(0, 7), position),
    };
    await new Subject(new FileStorage(path, {}, { fileSystem, compactAbove: 300 })).enqueue('a', 'b');
    await new Subject(new FileStorage(path)).pending('a b');
  });

  it.each([
    ['ENOSPC', /the disk is full: free some space$/],
    ['EDQUOT', /the disk quota is used up/],
    ['EROFS', /the file system is read-only: choose a directory that can be written$/],
    ['EACCES', /this user may not/],
    ['EMFILE', /too many files open/],
    ['EIO', /the disk fails/],
    ['EUNKNOWN', /got EUNKNOWN: planted, \w+; the same call may be made again once that is put right$/],
  ])('%s says what to do, and keeps the cause', (code, advice) => {
    const path = temporaryDirectory();
    const system = new FaultySystem(code);
    system.failFrom(1, Infinity);
    const fault = failure(() => enqueue(new FileStorage(path, {}, system), 'a')) as Error;
    expect(fault.message).toMatch(advice);
    expect(fault.message).toContain(`expected to use the files in ${path}, got ${code}: planted`);
    expect(fault).toMatchObject({ cause: { code }, retryable: true, mayHaveApplied: false });
  });
});

describe('a path that cannot be used', () => {
  it.each<[string, RegExp, (path: string) => string]>([
    ['that is a file', /must be a directory, or not exist yet/, (path) => written(join(path, 'file'))],
    [
      'below a file',
      /must be a directory, or not exist yet/,
      (path) => join(written(join(path, 'file')), 'below'),
    ],
    [
      'with a directory in the place of its file',
      /EISDIR.*there is a directory where a file of the storage should be: remove it/,
      (path) => {
        mkdirSync(join(path, 'queue.jsonl'));
        return path;
      },
    ],
    [
      'with a file in the place of its lock',
      /ENOTDIR.*lock/,
      (path) => {
        written(join(path, 'lock'));
        return path;
      },
    ],
    [
      'where nothing can be made',
      /^expected to use the files in \/proc\/nowhere, got E/,
      () => '/proc/nowhere',
    ],
  ])('%s is refused, with the reason', (_, message, prepare) => {
    const path = prepare(temporaryDirectory());
    const fault = failure(() => enqueue(new FileStorage(path), 'a')) as Error;
    expect(isHueyError(fault, 'StorageError')).toBe(true);
    expect(fault.message).toMatch(message);
  });

  it('because it was removed while it was in use is missed, not made anew; put back, it works again', async () => {
    const path = join(temporaryDirectory(), 'queue');
    const subject = new Subject(new FileStorage(path));
    await subject.enqueue('a');
    renameSync(path, `${path}.away`);
    for (const call of [() => subject.pending('a'), () => subject.enqueue('b')])
      await expect(call()).rejects.toThrow(
        /a storage that was in use has been removed: put it back, or open it anew$/,
      );
    renameSync(`${path}.away`, path);
    await subject.enqueue('b');
    await subject.pending('a b');
    rmSync(path, { recursive: true });
    await new Subject(new FileStorage(path)).pending('');
  });
});

function written(path: string): string {
  writeFileSync(path, 'something else');
  return path;
}
