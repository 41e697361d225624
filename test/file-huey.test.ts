// A queue in files from end to end: this process enqueues and reads, another one works.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isHueyError } from 'huey-ts';
import { FileHuey, type FileHueyOptions } from 'huey-ts/file';
import { ROOT } from './files.js';
import { temporaryDirectory } from './storage/directory.js';

const DEADLINE = '60s';

function setup() {
  const path = temporaryDirectory();
  const huey = new FileHuey({ path });
  return {
    path,
    huey,
    add: huey.task('add', (a: number, b: number): number => a + b),
    fail: huey.task('fail', () => {}),
  };
}

function startConsumer(path: string) {
  const argv = ['--import', 'tsx', join(ROOT, 'test/file-huey-child.ts'), path];
  const child = spawn(process.execPath, argv, { cwd: ROOT, stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve));
  return { ended, stop: () => void child.kill('SIGTERM') };
}

describe('a FileHuey', () => {
  it('works through what other processes enqueue, before it starts and while it runs, and tells what came of it', async () => {
    const { path, huey, add, fail } = setup();
    const early = await add(1, 2);
    const consumer = startConsumer(path);
    const wait = { blocking: true, timeout: DEADLINE } as const;
    expect(await early.get(wait)).toBe(3);
    const many = await add.map([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(await many.get(wait)).toEqual([2, 4, 6]);
    const pipeline = await huey.enqueue(add.s(1, 2).pipe(add, 10));
    expect(await pipeline.get(wait)).toEqual([3, 13]);
    await expect((await fail()).get(wait)).rejects.toThrow('no such thing');
    const later = await add.schedule([5, 5], { delay: '10ms' });
    expect(await later.get(wait)).toBe(10);
    consumer.stop();
    expect(await consumer.ended).toBe(0);
    expect([
      await huey.pendingCount(),
      await huey.scheduledCount(),
      huey.storage.capabilities.durable,
    ]).toEqual([0, 0, true]);
    await huey.close();
  }, 90_000);

  it('keeps what was enqueued when its process has ended', async () => {
    const { path, huey, add } = setup();
    await add(1, 2);
    await huey.close();
    const again = new FileHuey({ path, fsync: true });
    again.task('add', (a: number, b: number) => a + b);
    expect((await again.pending()).map(({ name, args }) => [name, args])).toEqual([['add', [1, 2]]]);
    await again.close();
  });

  it('touches nothing while it is immediate', async () => {
    const huey = new FileHuey({ path: '/proc/nowhere', immediate: true });
    const double = huey.task('double', (n: number) => 2 * n);
    expect(await (await double(4)).get()).toBe(8);
    huey.immediate = false;
    const refused = await double(4).catch((error: unknown) => error);
    expect(isHueyError(refused, 'StorageError')).toBe(true);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /`path` to be a string that is not empty, got undefined/],
    [{}, /`path` to be a string that is not empty, got undefined/],
    [{ path: '' }, /`path` to be a string that is not empty, got ""/],
    [{ path: 'x', fsync: 'yes' }, /`fsync` to be true or false, got "yes"/],
    [{ path: 'x', fsnyc: true }, /unknown option `fsnyc`/],
  ])('refuses %j', (options, message) => {
    expect(() => new FileHuey(options as FileHueyOptions)).toThrow(message);
  });
});
