// The consumer of file-huey.test.ts, in a process of its own: `tsx file-huey-child.ts <directory>`, ended by SIGTERM.
import { FileHuey } from '../src/file-huey.js';

const huey = new FileHuey({ path: process.argv[2]! });
huey.task('add', (a: number, b: number) => a + b);
huey.task('fail', () => {
  throw new Error('no such thing');
});
const consumer = huey.createConsumer({ workers: 2 });
process.once('SIGTERM', () => void consumer.stop().then(async () => huey.close()));
await consumer.start();
