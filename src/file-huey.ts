// The entry `huey-ts/file`: a queue in a directory of files, durable, and shared by the processes of one machine, with
// neither a server nor a package.
import { nonEmptyString } from './check.js';
import { Huey } from './huey.js';
import type { HueyOptions } from './model/huey-options.js';
import { FileStorage, type FileStorageOptions } from './storage/file/file-storage.js';

export { FileStorage, type FileStorageOptions };

/** What a FileHuey takes. */
export interface FileHueyOptions extends HueyOptions, FileStorageOptions {
  /** The directory; it is made, with those above it, if there is none. Two queues need two. */
  readonly path: string;
}

/** A Huey whose storage is a directory of files. */
export class FileHuey extends Huey {
  /** Does no I/O. @throws ConfigurationError for a path that is empty, or a bad option. */
  constructor(options: FileHueyOptions) {
    const { path, fsync, ...others } = options ?? {};
    nonEmptyString('path', path);
    super({ ...others, storage: () => new FileStorage(path, fsync === undefined ? {} : { fsync }) });
  }
}
