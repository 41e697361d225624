import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileStorage } from 'huey-ts/file';
import { NOW, Subject } from '../../src/testing/contract/subject.js';
import { temporaryDirectory } from './directory.js';

function setup({ compactAbove = 1e6 } = {}) {
  const path = temporaryDirectory();
  const file = join(path, 'queue.jsonl');
  return {
    path,
    file,
    open: () => new Subject(new FileStorage(path, {}, { compactAbove })),
    read: () => readFileSync(file, 'utf8'),
    /** Replaces a part of the file. */
    change(from: string, to: string) {
      const text = readFileSync(file, 'utf8');
      if (!text.includes(from)) throw new Error(`expected the file to hold ${from}, got ${text}`);
      writeFileSync(file, text.replace(from, to));
    },
  };
}

/** Some items in the snapshot, then some records. */
async function filled({ open }: ReturnType<typeof setup>): Promise<void> {
  const subject = open();
  await subject.enqueue('a');
  await subject.enqueue('b');
  await subject.enqueue('c');
}

describe('a record that was not finished', () => {
  it.each([1, 5, 30, 100])('of which the first %i bytes are there was never made', async (bytes) => {
    const context = setup();
    const { open, file, read } = context;
    await filled(context);
    const before = read();
    await open().enqueue('d');
    truncateSync(file, before.length + bytes);
    const [writer, reader] = [open(), open()];
    await reader.pending('a b c');
    expect(read().length).toBe(before.length + bytes);
    await writer.enqueue('e');
    await reader.pending('a b c e');
    await open().pending('a b c e');
  });

  it('is read by nobody before it is finished', async () => {
    const context = setup();
    const { open, file, read } = context;
    await filled(context);
    const before = read();
    await open().enqueue('d');
    const record = read().slice(before.length);
    writeFileSync(file, before);
    const reader = open();
    await reader.pending('a b c');
    for (const letter of record.slice(0, -1)) {
      appendFileSync(file, letter);
      await reader.pending('a b c');
    }
    appendFileSync(file, record.slice(-1));
    await reader.pending('a b c d');
  });

  it('and was cut off, though it was complete, is forgotten by whoever has read it', async () => {
    const context = setup();
    const { open, file, read } = context;
    await filled(context);
    const before = read();
    const reader = open();
    await open().enqueue('gone');
    await reader.pending('a b c gone');
    truncateSync(file, before.length);
    await reader.pending('a b c');
    await open().enqueue('gone-too');
    await reader.pending('a b c gone-too');
    truncateSync(file, before.length);
    await open().enqueue('a-much-longer-name');
    await reader.pending('a b c a-much-longer-name');
  });
});

describe('a file that was damaged', () => {
  const advice = 'stop the processes that use it, then restore the file from a backup';

  it.each<[string, (context: ReturnType<typeof setup>) => void, number]>([
    ['changed in a record', ({ change }) => change('data of b', 'DATA of b'), 3],
    ['changed in the last record', ({ change }) => change('data of c', 'DATA of c'), 4],
    ['without one of its records', ({ change, read }) => change(`${read().split('\n')[3]!}\n`, ''), 2],
    ['with a record twice', ({ change, read }) => change(read().split('\n')[4]!, read().split('\n')[3]!), 3],
    ['with a line that is none', ({ change, read }) => change(read().split('\n')[4]!, '\n'), 3],
  ])('%s is refused, with what to do', async (_, damage, line) => {
    const context = setup();
    const { open, file } = context;
    await filled(context);
    // The lines of the snapshot come first.
    const first = (JSON.parse(context.read().split('\n')[0]!) as { snapshot: { lines: number } }).snapshot
      .lines;
    const running = open();
    await running.pending('a b c');
    damage(context);
    await expect(open().pending('')).rejects.toThrow(
      `expected line ${first + line} of ${file} to be as it was written, got one that is damaged or missing; ${advice}, ` +
        `or keep what comes before that line: head -n ${first + line - 1} queue.jsonl > kept && mv kept queue.jsonl`,
    );
    await expect(open().enqueue('d')).rejects.toThrow(advice);
  });

  it('works again once that advice was followed', async () => {
    const context = setup();
    const { open, file, read, change } = context;
    await filled(context);
    const running = open();
    await running.pending('a b c');
    const lines = read().split('\n');
    change('data of b', 'DATA of b');
    await expect(open().pending('')).rejects.toThrow('is damaged');
    writeFileSync(
      file,
      `${lines
        .slice(
          0,
          lines.findIndex((line) => line.includes('data of b')),
        )
        .join('\n')}\n`,
    );
    await open().pending('a');
    await running.pending('a');
  });

  it.each<[string, string, string, number]>([
    ['its header', '"records"', '"recorbs"', 1],
    ['its snapshot', 'data of a', 'DATA of a', 4],
  ])('in %s is refused; only a backup can help', async (_, from, to, line) => {
    const context = setup({ compactAbove: 0 });
    const { open, file, change } = context;
    await filled(context);
    change(from, to);
    const failed = open().pending('');
    await expect(failed).rejects.toThrow(`expected line ${line} of ${file}`);
    await expect(failed).rejects.toThrow(/from a backup$/);
  });

  it.each(['', 'hello\n', '{}\n', '{"crc":"00000000"}\n', '[1]\n', 'null\n', '\u0000\u0000\u0000\n'])(
    'and says only %j is refused',
    async (text) => {
      const { open, file } = setup();
      writeFileSync(file, text);
      await expect(open().pending('')).rejects.toThrow(`expected line 1 of ${file}`);
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('that ends within its snapshot is refused', async () => {
    const context = setup({ compactAbove: 0 });
    const { open, file, read } = context;
    await filled(context);
    truncateSync(file, read().length - 10);
    await expect(open().pending('')).rejects.toThrow(/expected line 6 of .* or missing/);
  });
});

describe('a file of a later version', () => {
  it('is refused, and left as it is', async () => {
    const context = setup();
    const { open, file } = context;
    const text = '{"format":"huey-ts file storage","version":2,"anything":"else"}\n';
    writeFileSync(file, text);
    const advice = `expected ${file} to have a version of at most 1, got 2: a later huey-ts has written it; update this one`;
    await expect(open().pending('')).rejects.toThrow(advice);
    await expect(open().enqueue('a')).rejects.toThrow(advice);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('a compaction', () => {
  it('that was broken off leaves the file as it was, and the next one goes over what it has left', async () => {
    const context = setup();
    const { open, path, file, read } = context;
    await filled(context);
    const before = read();
    writeFileSync(`${file}.new`, before.slice(0, 40));
    await open().pending('a b c');
    const eager = new Subject(new FileStorage(path, {}, { compactAbove: 0 }));
    await eager.put('key', 'x'.repeat(2000));
    await open().pending('a b c');
    expect(existsSync(`${file}.new`)).toBe(false);
    expect(readdirSync(path).sort()).toEqual(['lock', 'queue.jsonl']);
  });

  it('keeps what only the state knows: receipts, leases and places count on', async () => {
    const { open } = setup({ compactAbove: 0 });
    const first = open();
    await first.enqueue('a', 'b');
    const a = await first.takeOne('a', { lease: 'lease', leaseUntil: NOW + 10 });
    const second = open();
    const b = await second.takeOne('b');
    expect(b.receipt).not.toBe(a.receipt);
    await second.settle(a, [{ kind: 'release' }]);
    await first.settleLate(a);
    await open().recover('b', '', undefined);
    await open().pending('a b');
  });
});
