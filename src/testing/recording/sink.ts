// Where a recording goes: a file, a stream of Node's, or anything that takes text.
import { promises } from 'node:fs';
import { expected } from '../../check.js';
import type { RecordingSink } from './line-writer.js';

/** What is used of a stream of Node's. It is not ended: whoever made it does that. */
export interface TextStream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** The sink for a path, a stream, or a sink. @throws ConfigurationError for anything else. */
export function sinkOf(to: string | TextStream | RecordingSink): RecordingSink {
  if (typeof to === 'string' && to !== '') return fileSink(to);
  if (typeof to !== 'object' || typeof to?.write !== 'function')
    throw expected('to', 'the path of a file, a stream, or an object with a method `write`', to);
  return 'on' in to && 'off' in to ? streamSink(to) : to;
}

/** Opens the file with the first write; one that is there is replaced. */
function fileSink(path: string): RecordingSink {
  let opening: Promise<promises.FileHandle> | undefined;
  return {
    async write(text) {
      opening ??= promises.open(path, 'w');
      await (await opening).appendFile(text);
    },
    async close() {
      await (await opening)?.close();
    },
  };
}

/** Without a listener, an error of the stream would end the process. */
function ignore(): void {}

function streamSink(stream: TextStream): RecordingSink {
  stream.on('error', ignore);
  return {
    write: (text) =>
      new Promise<void>((resolve, reject) => {
        stream.write(text, (error) => (error instanceof Error ? reject(error) : resolve()));
      }),
    close: () => void stream.off('error', ignore),
  };
}
