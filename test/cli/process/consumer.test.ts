// The consumer as a real process: what it says, how it is told to stop, and what becomes of the tasks then.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setup as setupFolder } from './consumer-process.js';

const IDS = { id: 'task-1' };

async function setup(...flags: readonly string[]) {
  const folder = setupFolder();
  const consumer = folder.start('consumer', './app.js:huey', ...flags);
  await consumer.until(/Consumer is ready\.$/);
  return { ...folder, consumer };
}

describe('huey consumer', { timeout: 60_000 }, () => {
  it('says what it is, runs what comes, and stops', async () => {
    const { consumer, add, fail, huey } = await setup('-w', '2');
    expect(consumer.text).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] INFO:huey\.consumer:(\d+):Huey consumer started with 2 async, PID \1 at /,
    );
    expect(consumer.text).toContain(
      ':The following commands are available:\n+ add\n+ slow\n+ fail\n+ stray\n',
    );
    const result = await add.with(IDS)(1, 2);
    await consumer.until(/INFO:huey:\d+:Executing add: task-1$/);
    await consumer.until(/INFO:huey:\d+:add: task-1 executed in \d+\.\d{3}s$/);
    expect(await result.get()).toBe(3);
    await fail.with({ id: 'task-2' })();
    await consumer.until(
      /ERROR:huey:\d+:Unhandled exception in task fail: task-2\.\nRangeError: out of stock\n +at /,
    );
    consumer.signal('SIGINT');
    expect(await consumer.exit()).toBe(0);
    expect(consumer.text).toMatch(
      /Received SIGINT, shutting down gracefully\.\n.*All workers have stopped\.\n.*Consumer exiting\.\n$/,
    );
    await huey.close();
  });

  it('finishes what runs at SIGINT', async () => {
    const { consumer, slow, huey } = await setup();
    const result = await slow.with(IDS)(300);
    await consumer.until(/^begun task-1$/);
    consumer.signal('SIGINT');
    expect(await consumer.exit()).toBe(0);
    expect(consumer.text).toContain('Waiting for 1 running task to end.');
    expect(await result.get()).toBe('slept');
    await huey.close();
  });

  it.each([
    ['SIGTERM', 0, []],
    ['SIGINT', 5, ['--stop-timeout', '100ms']],
  ] as const)('puts back what runs at %s, and exits with %d, given %j', async (signal, code, flags) => {
    const { consumer, slow, huey } = await setup(...flags);
    await slow.with(IDS)(60_000);
    await consumer.until(/^begun task-1$/);
    consumer.signal(signal);
    await consumer.until(/WARNING:huey:\d+:Received exit signal, task slow: task-1 did not finish\.$/);
    expect(await consumer.exit()).toBe(code);
    if (code === 5)
      expect(consumer.text).toMatch(
        /^huey: stopped before 1 running task had ended; they are back in the queue\n$/m,
      );
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-1']);
    await huey.close();
  });

  it.each(['thread', 'process'])('does all that in workers of type %s', async (type) => {
    const { consumer, add, fail, slow, huey } = await setup('-w', '2', '-k', type);
    expect(consumer.text).toContain(`Huey consumer started with 2 ${type}, PID`);
    const sum = await add.with(IDS)(1, 2);
    await consumer.until(/INFO:huey:\d+:Executing add: task-1$/);
    await consumer.until(/INFO:huey:\d+:add: task-1 executed in \d+\.\d{3}s$/);
    expect(await sum.get()).toBe(3);
    await fail.with({ id: 'task-2' })();
    await consumer.until(
      /ERROR:huey:\d+:Unhandled exception in task fail: task-2\.\nRangeError: out of stock\n +at /,
    );
    const short = await slow.with({ id: 'task-3' })(400);
    await consumer.until(/^begun task-3$/);
    consumer.signal('SIGHUP');
    await consumer.until(/Consumer is ready\.$/);
    expect(await short.get()).toBe('slept');
    await slow.with({ id: 'task-4' })(60_000);
    await consumer.until(/^begun task-4$/);
    consumer.signal('SIGTERM');
    expect(await consumer.exit()).toBe(0);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-4']);
    await huey.close();
  });

  it('lets tasks finish at SIGTERM if it is given the time', async () => {
    const { consumer, slow, huey } = await setup('--term-timeout', '20');
    const result = await slow.with(IDS)(300);
    await consumer.until(/^begun task-1$/);
    consumer.signal('SIGTERM');
    expect(await consumer.exit()).toBe(0);
    expect(await result.get()).toBe('slept');
    await huey.close();
  });

  it('is forced by a second SIGINT', async () => {
    const { consumer, slow, huey } = await setup();
    await slow.with(IDS)(60_000);
    await consumer.until(/^begun task-1$/);
    consumer.signal('SIGINT');
    await consumer.until(/Waiting for 1 running task to end\.$/);
    consumer.signal('SIGINT');
    await consumer.until(/Received SIGINT again, interrupting 1 running task\./);
    expect(await consumer.exit()).toBe(5);
    expect((await huey.pending()).map(({ id }) => id)).toEqual(['task-1']);
    await huey.close();
  });

  it('restarts at SIGHUP with new code, as often as it is told, and stops as a child', async () => {
    const { consumer, slow, add, huey, app, write } = await setup();
    const result = await slow.with(IDS)(300);
    await consumer.until(/^begun task-1$/);
    write('app.js', app.replace('a + b', 'a * b'));
    consumer.signal('SIGHUP');
    await consumer.until(/Received SIGHUP, restarting gracefully\.$/);
    await consumer.until(/Consumer will restart\.$/);
    await consumer.until(/Consumer is ready\.$/);
    expect(await result.get()).toBe('slept');
    const product = await add(3, 4);
    await consumer.until(/add: .* executed in/);
    expect(await product.get()).toBe(12);
    consumer.signal('SIGHUP');
    await consumer.until(/Consumer is ready\.$/);
    consumer.signal('SIGINT');
    expect(await consumer.exit()).toBe(0);
    await huey.close();
  });

  it('logs what nobody catches, shuts down, and says so', async () => {
    const { consumer, stray, huey } = await setup();
    await stray.with(IDS)();
    await consumer.until(
      /ERROR:huey\.consumer:\d+:Uncaught exception, shutting down\.\nError: nobody catches this\n/,
    );
    expect(await consumer.exit()).toBe(1);
    expect(consumer.text).toMatch(
      /^huey: an uncaught exception has ended the consumer: nobody catches this\n$/m,
    );
    await huey.close();
  });

  it('answers orchestrators', async () => {
    const { consumer, huey } = await setup('--health', '0');
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/live/.exec(consumer.text)!;
    const live = await fetch(`${url}/live`);
    expect([live.status, await live.json()]).toMatchObject([
      200,
      { status: 'live', queue: 'shop', workers: 1 },
    ]);
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready', running: 0 }]);
    expect((await fetch(`${url}/`)).status).toBe(404);
    consumer.signal('SIGTERM');
    expect(await consumer.exit()).toBe(0);
    await huey.close();
  });

  it('restarts when a source file changes, and waits for the next change if it is wrong', async () => {
    const { consumer, add, huey, app, write } = await setup('--dev');
    write('app.js', 'throw new TypeError("half written");');
    await consumer.until(/^huey: a file has changed; restarting$/);
    await consumer.until(/^huey: \.\/app\.js cannot be loaded: TypeError: half written, at /);
    await consumer.until(/^huey: the consumer has ended with exit code 3; waiting for a change$/);
    write('app.js', app.replace('a + b', 'a * b'));
    await consumer.until(/Consumer is ready\.$/);
    const product = await add(3, 4);
    await consumer.until(/add: .* executed in/);
    expect(await product.get()).toBe(12);
    consumer.signal('SIGINT');
    expect(await consumer.exit()).toBe(0);
    await huey.close();
  });

  it('writes JSON to a file', async () => {
    const { add, huey, folder, start } = setupFolder();
    await add.with(IDS)(1, 2);
    const program = start('consumer', './app.js:huey', '--json', '-l', 'huey.log', '--health', '0');
    const log = (): Record<string, unknown>[] =>
      readFileSync(join(folder, 'huey.log'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    await huey.result('task-1', { blocking: true, timeout: '20s' });
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(log()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'info', event: 'executing', task: 'add', id: 'task-1' }),
        expect.objectContaining({ event: 'complete', duration: expect.any(Number) }),
      ]),
    );
    expect(program.text).toBe('');
    await huey.close();
  });
});
