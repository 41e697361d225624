// A consumer as a real process while its storage cannot be had: a database that somebody else keeps locked.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteHuey } from 'huey-ts/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setup as setupFolder, SOURCE } from './consumer-process.js';

const APP = `
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteHuey } from '${SOURCE('src/sqlite.ts')}';
export const huey = new SqliteHuey({ name: 'shop', filename: import.meta.dirname + '/shop.db', busyTimeout: '20ms', fsync: 'off' });
huey.task('slow', { context: true }, async (ctx, ms) => {
  console.log('begun ' + ctx.id);
  await sleep(ms, undefined, { signal: ctx.signal });
  console.log('ended ' + ctx.id);
  return 'slept';
});
`;

async function setup() {
  const { folder, write, start } = setupFolder();
  write('app.js', APP);
  const filename = join(folder, 'shop.db');
  const huey = new SqliteHuey({ name: 'shop', filename, fsync: 'off' });
  const slow = huey.task('slow', (_ms: number) => 'slept');
  const consumer = start('consumer', './app.js:huey');
  await consumer.until(/Consumer is ready\.$/);
  const other = new Database(filename);
  onTestFinished(async () => {
    other.close();
    await huey.close();
  });
  return {
    huey,
    slow,
    consumer,
    lock: () => other.exec('BEGIN IMMEDIATE'),
    unlock: () => other.exec('ROLLBACK'),
  };
}

describe('huey consumer on a database that others keep locked', { timeout: 60_000 }, () => {
  it('says so, goes on trying, and stores what has ended meanwhile', async () => {
    const { consumer, slow, lock, unlock } = await setup();
    const result = await slow.with({ id: 'task-1' })(200);
    await consumer.until(/^begun task-1$/);
    lock();
    await consumer.until(/^ended task-1$/);
    await consumer.until(/ERROR:huey.*\n?.*was locked by others for longer than busyTimeout/);
    unlock();
    await consumer.until(/slow: task-1 executed in/);
    expect(await result.get()).toBe('slept');
    consumer.signal('SIGINT');
    expect(await consumer.exit()).toBe(0);
  });

  it('stops all the same, and leaves what it could not store to the next consumer', async () => {
    const { consumer, slow, lock, unlock, huey } = await setup();
    await slow.with({ id: 'task-1' })(60_000);
    await consumer.until(/^begun task-1$/);
    lock();
    consumer.signal('SIGTERM');
    expect(await consumer.exit()).toBe(5);
    expect(consumer.text).toMatch(
      /^huey: stopped without having stored how every task ended; those run again/m,
    );
    unlock();
    expect((await huey.running()).map(({ id }) => id)).toEqual(['task-1']);
  });
});
