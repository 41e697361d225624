// A consumer as a process of its own, with two worker processes. It says "ready"; at SIGINT it takes nothing more, lets
// what runs end, and exits.
import { fileURLToPath } from 'node:url';
import { huey } from './tasks.js';

const tasks = fileURLToPath(new URL('tasks.ts', import.meta.url));
const consumer = huey.createConsumer({
  workers: 2,
  workerType: 'process',
  app: `${tasks}:huey`,
  // How often it looks for what other processes have enqueued, at most.
  maxDelay: '50ms',
});
process.once('SIGINT', () => {
  void consumer.stop().then(() => huey.close());
});
await consumer.start();
console.log('ready');
