// The public names of huey-ts/sqlite, one by one.
export { SqliteHuey, type SqliteHueyOptions } from './sqlite-huey.js';
export type { SqliteDriver } from './storage/sqlite/driver.js';
export type { SqliteFsync, SqliteOptions, SqliteStorageOptions } from './storage/sqlite/options.js';
export { SqliteStorage } from './storage/sqlite/sqlite-storage.js';
