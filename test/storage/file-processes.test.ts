// Several processes on one directory, some of which are killed in the middle of what they do.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryStorage, type Storage } from 'huey-ts';
import { FileStorage } from 'huey-ts/file';
import { item, Subject } from '../../src/testing/contract/subject.js';
import { ROOT } from '../files.js';
import { temporaryDirectory } from './directory.js';
import { type Stepped, takeStep } from './file-steps.js';

const DEADLINE_MS = 90_000;

/** Starts a child; `lines` are those that it has written, `ended` is when no more will come. */
function start(
  mode: string,
  path: string,
  name: string | number,
  heard: (lines: readonly string[]) => void = () => {},
) {
  const argv = ['--import', 'tsx', join(ROOT, 'test/storage/file-child.ts'), mode, path, String(name)];
  const child: ChildProcess = spawn(process.execPath, argv, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const output = createInterface(child.stdout!);
  output.on('line', (line) => {
    lines.push(line);
    heard(lines);
  });
  const ended = new Promise<readonly string[]>((resolve) => {
    child.once('close', () => resolve(lines));
  });
  return { ended, kill: () => void child.kill('SIGKILL') };
}

async function look(storage: Storage & Stepped, now: number): Promise<unknown> {
  return [await new Subject(storage).snapshot(now), storage.held(now)];
}

/** What a worker says that it has settled. */
function settledBy(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('settled ')).map((line) => line.slice('settled '.length));
}

function filled(count: number) {
  const path = temporaryDirectory();
  const storage = new FileStorage(path);
  const ids = Array.from({ length: count }, (_, index) => `i${String(index).padStart(4, '0')}`);
  storage.turn({
    settled: ids.map((id) => ({ effects: [{ kind: 'enqueue', item: item(id) }] })),
    take: 0,
    lease: 'parent',
    now: 0,
  });
  const done = () => storage.pending().map(({ id }) => id);
  return { path, storage, ids, done };
}

describe('a process that is killed while it writes', () => {
  it(
    'leaves each call that it has told of, and of the one that it was at all or nothing',
    async () => {
      const path = temporaryDirectory();
      const model = new MemoryStorage();
      const storage = new FileStorage(path);
      let taken = 0;
      for (const after of [1, 2, 3, 7, 20, 61, 130, 211]) {
        const first = taken;
        const child = start('steps', path, first, (lines) => {
          if (lines.length === after) child.kill();
        });
        const told = (await child.ended).length;
        expect(told, 'expected the child to tell of as many steps as it was let').toBeGreaterThanOrEqual(
          after,
        );
        while (taken < first + told) takeStep(model, taken++);
        const without = JSON.stringify(await look(model, taken));
        const seen = JSON.stringify(await look(storage, taken));
        if (seen !== without) {
          takeStep(model, taken);
          expect(seen, `killed after step ${taken}`).toBe(JSON.stringify(await look(model, taken)));
          taken += 1;
        }
        const reopened = new FileStorage(path);
        expect(JSON.stringify(await look(reopened, taken))).toBe(JSON.stringify(await look(model, taken)));
        reopened.close();
      }
    },
    DEADLINE_MS,
  );

  it(
    'keeps nobody waiting: the others go on, and what it held is done once',
    async () => {
      const { path, storage, ids, done } = filled(400);
      const victims = [30, 60].map((after) => {
        const child = start('work', path, `victim ${after}`, (lines) => {
          if (lines.length === after) child.kill();
        });
        return child;
      });
      const survivor = start('work', path, 'survivor');
      const lines = await Promise.all([survivor, ...victims].map(({ ended }) => ended));
      expect(lines[0]!.at(-1)).toBe('finished');
      const { requeued } = storage.recover('parent', 100, 0);
      expect(requeued.length).toBeLessThanOrEqual(2 * victims.length);
      const last = await start('work', path, 'last').ended;
      expect(done().sort()).toEqual(ids.map((id) => `done ${id}`));
      const told = [...lines, last].flatMap(settledBy);
      expect(new Set(told).size).toBe(told.length);
      expect(storage.held(0)).toEqual([]);
    },
    DEADLINE_MS,
  );
});

it(
  'several processes settle each item once, and each takes them in their order',
  async () => {
    const { path, ids, done } = filled(400);
    const workers = [1, 2, 3].map((worker) => start('work', path, `worker ${worker}`));
    const lines = await Promise.all(workers.map(({ ended }) => ended));
    for (const told of lines) {
      expect(told.at(-1)).toBe('finished');
      expect(settledBy(told)).toEqual(settledBy(told).sort());
    }
    expect(lines.flatMap(settledBy).sort()).toEqual(ids);
    expect(done().sort()).toEqual(ids.map((id) => `done ${id}`));
  },
  DEADLINE_MS,
);
