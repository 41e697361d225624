// A channel to a worker thread.
import type { Channel, ChannelEvents } from './channel.js';
import { childEntry } from './child-entry.js';
import type { FromChild } from './runner-messages.js';

/** Starts a worker thread. */
export async function openThread({ onMessage, onExit }: ChannelEvents): Promise<Channel> {
  const { Worker } = await import('node:worker_threads');
  const { threadUrl } = await childEntry();
  const worker = new Worker(threadUrl);
  let error: unknown;
  worker.on('message', (message: FromChild) => onMessage(message));
  worker.on('messageerror', (cause) => {
    error ??= cause;
    void worker.terminate();
  });
  worker.on('error', (cause) => {
    error ??= cause;
  });
  // Messages that were sent before are delivered first.
  worker.once('exit', (code) => onExit({ how: `thread exited with code ${code}`, error }));
  return {
    post: (message) => worker.postMessage(message, []),
    kill: () => void worker.terminate(),
  };
}
