// A queue in a SQLite file: durable, for any number of processes on one machine, with no server.
import { checkOptionNames } from './check.js';
import { Huey } from './huey.js';
import { HUEY_OPTION_NAMES, type HueyOptions } from './model/huey-options.js';
import { SQLITE_OPTION_NAMES, type SqliteOptions } from './storage/sqlite/options.js';
import { SqliteStorage } from './storage/sqlite/sqlite-storage.js';

/** What a SqliteHuey takes. */
export interface SqliteHueyOptions extends HueyOptions, SqliteOptions {}

/** A Huey whose storage is a SQLite file. Nothing is opened before the first call that needs it. */
export class SqliteHuey extends Huey {
  /** @throws ConfigurationError for a bad option. */
  constructor(options: SqliteHueyOptions = {}) {
    checkOptionNames(options, [...HUEY_OPTION_NAMES, ...SQLITE_OPTION_NAMES], 'SqliteHuey');
    const [sqlite, huey] = apart(options);
    const { name } = options;
    const storageOptions = { ...sqlite, ...(name !== undefined && { name }) };
    // Checked now, though in immediate mode the storage itself is made later.
    let unused: SqliteStorage | undefined = new SqliteStorage(storageOptions);
    super({
      ...huey,
      storage: () => {
        const storage = unused ?? new SqliteStorage(storageOptions);
        unused = undefined;
        return storage;
      },
    });
  }
}

/** The options of SQLite, and those of every Huey. */
function apart(options: SqliteHueyOptions): [SqliteOptions, HueyOptions] {
  const names: readonly string[] = SQLITE_OPTION_NAMES;
  const rows = Object.entries(options);
  return [
    Object.fromEntries(rows.filter(([name]) => names.includes(name))),
    Object.fromEntries(rows.filter(([name]) => !names.includes(name))),
  ];
}
