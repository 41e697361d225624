import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Storage } from 'huey-ts';
import { FileStorage, type FileStorageOptions } from 'huey-ts/file';
import { storageContract, verifyStorage } from 'huey-ts/testing';
import { item, NOW, Subject } from '../../src/testing/contract/subject.js';
import { temporaryDirectory } from './directory.js';

function setup({ compactAbove, ...options }: FileStorageOptions & { compactAbove?: number } = {}) {
  const path = temporaryDirectory();
  const file = join(path, 'queue.jsonl');
  return {
    path,
    file,
    open: () => new FileStorage(path, options, compactAbove === undefined ? {} : { compactAbove }),
    lines: () => readFileSync(file, 'utf8').trimEnd().split('\n'),
    size: () => statSync(file).size,
  };
}

/** Answers each call by another handle, chosen by its number. */
function alternating(handle: (call: number) => Storage): Storage {
  let calls = 0;
  return new Proxy({} as Storage, {
    get(_, name) {
      const storage = handle(calls);
      calls += 1;
      const part: unknown = Reflect.get(storage, name);
      return typeof part === 'function' ? part.bind(storage) : part;
    },
  });
}

describe('the file storage', () => {
  it.each(storageContract)('$name', async ({ run }) => run({ open: setup().open }));

  it('outlives its processes, is shared by them, and does not wake them', () => {
    const expected = { durable: true, shared: true, notifies: false, retains: true };
    expect(setup().open().capabilities).toEqual(expected);
  });

  it.each<[string, number, (open: () => Storage) => Storage]>([
    ['one handle', 100, (open) => open()],
    [
      'a handle for each call',
      50,
      (open) => {
        let last: Storage | undefined;
        return alternating(() => {
          void last?.close();
          return (last = open());
        });
      },
    ],
    [
      'three handles in turn',
      50,
      (open) => {
        const handles = [open(), open(), open()];
        return alternating((call) => handles[(call * call) % 3]!);
      },
    ],
  ])('answers as the documentation says through %s, compacted or not', async (_, runs, storageOf) => {
    let opened = 0;
    const open = (): Storage => {
      const { path } = setup();
      const compactAbove = [0, 300, 1e6][(opened += 1) % 3]!;
      return storageOf(() => {
        handles.push(new FileStorage(path, {}, { compactAbove }));
        return handles.at(-1)!;
      });
    };
    const handles: FileStorage[] = [];
    const reset = (): void => {
      for (const handle of handles.splice(0)) handle.close();
    };
    await verifyStorage(open, { contract: false, runs, seed: 20260103, reset });
  });
});

describe('its files', () => {
  it('are made, with the directories above them, by the first call', async () => {
    const path = join(setup().path, 'a', 'b');
    const storage = new FileStorage(path);
    expect(existsSync(path)).toBe(false);
    await new Subject(storage).pending('');
    expect(readdirSync(path).sort()).toEqual(['lock', 'queue.jsonl']);
    expect(readdirSync(join(path, 'lock'))).toEqual(['free']);
  });

  it('are found by a path relative to where the process was when the storage was made', async () => {
    const { path } = setup();
    await new Subject(new FileStorage(relative('', path))).enqueue('a');
    await new Subject(new FileStorage(path)).pending('a');
  });

  it('can be read by a person: a header, then what is there, then the calls since', async () => {
    const { open, lines } = setup({ compactAbove: 250 });
    const subject = new Subject(open());
    await subject.enqueue('a');
    await subject.put('key', 'données');
    await subject.storage.putIfEmpty('other', 'x', NOW);
    const plain = lines().map((line) => {
      const { crc, ...rest } = JSON.parse(line) as { crc: string };
      expect(crc).toMatch(/^[0-9a-f]{8}$/);
      return rest;
    });
    expect(plain).toEqual([
      expect.objectContaining({ format: 'huey-ts file storage', version: 1, records: 2 }),
      { sequence: 1 },
      { launched: 0 },
      { queue: { item: item('a'), sequence: 1, count: 0 } },
      { data: ['key', { data: 'données' }] },
      { n: 3, call: 'putIfEmpty', args: ['other', 'x', NOW] },
    ]);
  });

  it('do not grow when nothing changes, however often one asks', async () => {
    const { open, lines } = setup();
    const storage = open();
    await new Subject(storage).put('key', 'data');
    await new Subject(storage).schedule('later', NOW + 10);
    const before = lines();
    storage.turn({ settled: [], take: 5, lease: 'worker', now: NOW });
    expect(storage.handOver({ now: NOW, limit: 5, lease: 'scheduler' })).toEqual({
      deliveries: [],
      nextDueAt: NOW + 10,
    });
    expect(storage.pop('none', NOW)).toBeUndefined();
    expect(storage.delete('none', NOW)).toBe(false);
    expect(storage.deleteIf('key', 'other', NOW)).toBe(false);
    expect(storage.putIfEmpty('key', 'other', NOW)).toBe(false);
    await new Subject(storage).snapshot();
    expect(lines()).toEqual(before);
  });

  it('grow with what is there, not with what was', async () => {
    const { open, size } = setup({ compactAbove: 20_000 });
    const storage = open();
    const longest: number[] = [];
    for (let index = 0; index < 1000; index += 1) {
      storage.turn({
        settled: [{ effects: [{ kind: 'enqueue', item: item('a') }] }],
        take: 1,
        lease: 'worker',
        now: NOW,
      });
      const [held] = storage.held(NOW);
      storage.turn({
        settled: [{ receipt: held!.receipt, effects: [] }],
        take: 0,
        lease: 'worker',
        now: NOW,
      });
      longest.push(size());
    }
    expect(Math.max(...longest)).toBeLessThan(21_000);
  });

  it('of an older state are let go when another handle has compacted, without a word of it being lost', async () => {
    const { open, lines } = setup({ compactAbove: 1000 });
    const [writer, reader] = [new Subject(open()), new Subject(open())];
    await reader.pending('');
    await writer.enqueue('a');
    await reader.pending('a');
    await writer.enqueue('b');
    for (let index = 0; index < 20; index += 1) await writer.put('key', `${index}`);
    expect((JSON.parse(lines()[0]!) as { records: number }).records).toBeGreaterThan(2);
    await reader.pending('a b');
    await reader.data('key', '19');
    await reader.enqueue('c');
    await writer.pending('a b c');
  });
});

describe('its listeners', () => {
  it('are told when a call is over, of what this process has done and of what it then sees', async () => {
    const { open } = setup();
    const [storage, other] = [open(), open()];
    const told: string[] = [];
    storage.subscribe((gained, lease) => void told.push([gained, lease].join(' ').trim()));
    storage.watch('key', () => void told.push(`key is ${storage.peek('key', NOW)}`));
    // A listener may call: the record that it makes comes after the one that it was told of.
    storage.watch('key', () => void storage.putIfEmpty('second', 'x', NOW));
    await new Subject(storage).enqueue('a');
    await new Subject(storage).put('key', 'data');
    expect(told.splice(0)).toEqual(['queue', 'key is data']);
    await new Subject(other).enqueue('b');
    await new Subject(other).take('a b', { lease: 'other' });
    expect(told.splice(0)).toEqual([]);
    expect(storage.peek('second', NOW)).toBe('x');
    expect(told.splice(0)).toEqual(['queue', 'lease other']);
    expect(other.keys(NOW)).toEqual(['key', 'second']);
  });
});

it('refuses options that make no sense', () => {
  expect(() => new FileStorage('')).toThrow(/^expected `directory` to be a string that is not empty, got ""/);
  const misspelt = { fsynk: true } as FileStorageOptions;
  expect(() => new FileStorage('x', misspelt)).toThrow('unknown option `fsynk`, did you mean `fsync`?');
  expect(() => new FileStorage('x', { fsync: 1 as never })).toThrow(/`fsync` to be true or false/);
});
