// A consumer of the fault app as a process of its own: `tsx fault-consumer.ts <worker type>`. It says "ready", stops in
// order at "stop", and terminates the thread that it is told to: "terminate 3".
import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import type { Worker } from 'node:worker_threads';
import type { WorkerType } from '../../src/consumer/worker-settings.js';
import { huey } from './fault-app.js';

const threads = new Map<number, Worker>();
subscribe('worker_threads', (message) => {
  const { worker } = message as { readonly worker: Worker };
  threads.set(worker.threadId, worker);
});

const consumer = huey!.createConsumer({
  workerType: process.argv[2] as WorkerType,
  app: './test/faults/fault-app.ts:huey',
  workers: 2,
  leaseTtl: '1500ms',
  initialDelay: '20ms',
  maxDelay: '50ms',
});
await consumer.start();
createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, thread] = line.split(' ');
  if (command === 'terminate') void threads.get(Number(thread))!.terminate();
  else void consumer.stop().then(() => process.exit(0));
});
process.stdout.write('ready\n');
