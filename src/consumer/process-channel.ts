// A channel to a child process. It closes by itself when this process ends, however it ends, and then the child exits.
import type { Channel, ChannelEvents } from './channel.js';
import { childEntry } from './child-entry.js';
import type { FromChild } from './runner-messages.js';

/** Starts a child process, with the options that this one was started with. */
export async function openProcess({ onMessage, onExit }: ChannelEvents): Promise<Channel> {
  const { fork } = await import('node:child_process');
  const { file, execArgv } = await childEntry();
  const child = fork(file, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(execArgv !== undefined && { execArgv: [...execArgv] }),
  });
  let error: unknown;
  let how: string | undefined;
  let isOver = false;
  /** What was sent before the end may come after the news of it: both have to be there. */
  const settle = (): void => {
    if (how === undefined || child.connected || isOver) return;
    isOver = true;
    onExit({ how, error });
  };
  child.on('message', (message) => onMessage(message as FromChild));
  child.on('error', (cause) => {
    error ??= cause;
    // It never came up.
    if (child.pid === undefined) how = 'process could not be started';
    settle();
  });
  child.once('exit', (code, signal) => {
    how = signal === null ? `process exited with code ${code}` : `process was ended by ${signal}`;
    settle();
  });
  child.once('disconnect', settle);
  return {
    post: (message) => {
      // Told back as a failure of this call: the end of the child says it all.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
