// The program of a worker thread or a worker process: loads the app that its parent names, and serves the parent until
// it is told to stop or the parent is gone. Nothing imports it.
import { parentPort } from 'node:worker_threads';
import { loadApp } from './cli/app.js';
import { processHost } from './cli/host.js';
import type { ParentPort } from './consumer/channel.js';
import { RunnerChild } from './consumer/runner-child.js';
import { errorText, type ToChild } from './consumer/runner-messages.js';

const load = async (app: string): Promise<object> => (await loadApp(app, processHost())).huey;

if (parentPort === null) serveProcess();
else serveThread(parentPort);

function serveThread(parent: NonNullable<typeof parentPort>): void {
  const child = new RunnerChild({ post: (message) => parent.postMessage(message, []), exit }, load);
  parent.on('message', (message: ToChild) => child.receive(message));
}

function serveProcess(): void {
  const port: ParentPort = {
    post: (message) => {
      // The parent may be gone; then `disconnect` follows.
      if (process.connected) process.send!(message, undefined, undefined, () => {});
    },
    exit,
  };
  const child = new RunnerChild(port, load);
  // A terminal and a service manager tell the whole group; the parent decides what becomes of this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('uncaughtExceptionMonitor', (error) => port.post({ kind: 'dying', error: errorText(error) }));
  process.on('disconnect', exit);
  process.on('message', (message) => child.receive(message as ToChild));
}

function exit(): never {
  process.exit(0);
}
