// The app of the fault tests: loaded by the parent, by its consumers, and by their workers. Where it keeps its queue is
// in the environment; each body writes down that it has begun, and may be the gate.
import { join } from 'node:path';
import { Huey, jsonSerializer } from '../../src/index.js';
import { FileStorage } from '../../src/storage/file/file-storage.js';
import { SqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { writeEntry } from './account.js';
import { freeze, standStill, takeGate } from './gate.js';
import { gated } from './gated-storage.js';

export type StorageName = 'sqlite' | 'file';

/** Opens the storage of that name in a folder. What `kill -9` leaves needs no fsync. */
export function openStorage(name: StorageName, folder: string): Storage {
  return name === 'file'
    ? new FileStorage(join(folder, 'queue'))
    : new SqliteStorage({ filename: join(folder, 'queue.db'), fsync: 'off', busyTimeout: '30s' });
}

/** Declares the tasks on a storage. `folder` is where the gate and the account are. */
export function declareApp(storage: Storage, folder: string) {
  /** The task whose body has ended in this worker and whose end is not written down yet. */
  let ended: string | undefined;
  const serializer = {
    serialize(value: unknown): string {
      if (ended !== undefined && takeGate(folder, 'after', ended)) freeze();
      return jsonSerializer.serialize(value);
    },
    deserialize: (text: string) => jsonSerializer.deserialize(text),
  };
  const huey = new Huey({ storage, serializer, storeIntermediateErrors: false, maxDeliveries: 10 });
  const begin = async ({ id, attempt }: { readonly id: string; readonly attempt: number }): Promise<void> => {
    ended = undefined;
    writeEntry(folder, { kind: 'began', id, attempt });
    if (takeGate(folder, 'body', id)) await standStill();
    ended = id;
  };
  huey.preExecute(async ({ id }) => takeGate(folder, 'before', id) && standStill());
  huey.postExecute(async ({ id }) => takeGate(folder, 'telling', id) && standStill());
  const patient = { context: true, retries: 30, retryDelay: '1s' } as const;
  const tasks = {
    add: huey.task('add', { context: true }, async (ctx, a: number, b: number) => {
      await begin(ctx);
      return a + b;
    }),
    sum: huey.task('sum', { context: true }, async (ctx, values: number[]) => {
      await begin(ctx);
      return values.reduce((a, b) => a + b, 0);
    }),
    flaky: huey.task('flaky', { context: true, retries: 1 }, async (ctx) => {
      await begin(ctx);
      if (ctx.attempt === 0) throw new Error('not yet');
      return 'at last';
    }),
    locked: huey.task('locked', { ...patient, lock: 'door' }, async (ctx) => {
      await begin(ctx);
      return 'was alone';
    }),
    holding: huey.task('holding', patient, async (ctx) => {
      await using _held = await huey.lockTask('window').acquire();
      await begin(ctx);
      return 'held it';
    }),
  };
  return { huey, ...tasks };
}

export type App = ReturnType<typeof declareApp>;

/** What the parent tells its consumers. */
export interface Setting {
  readonly storage: StorageName;
  readonly folder: string;
}

/** In which variable of the environment. */
export const SETTING = 'HUEY_FAULT_SETTING';

function fromEnvironment(): Huey | undefined {
  const text = process.env[SETTING];
  if (text === undefined) return undefined;
  const { storage, folder } = JSON.parse(text) as Setting;
  return declareApp(gated(openStorage(storage, folder), folder), folder).huey;
}

/** What workers load. */
export const huey = fromEnvironment();
