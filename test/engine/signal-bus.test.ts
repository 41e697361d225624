// Who hears which signal, in which order, and that no handler can silence another, or stop a task.
import { describe, expect, it } from 'vitest';
import { MemoryHuey, SIGNALS, type Signal, type SignalHandler } from 'huey-ts';
import { SignalBus } from '../../src/engine/signal-bus.js';
import type { Task } from '../../src/model/task.js';
import { manualRuntime } from '../manual-runtime.js';

const TASK: Task = {
  id: 'a',
  name: 'work',
  args: [],
  retries: 0,
  retryDelayMs: 0,
  retryBackoff: 1,
  attempt: 0,
};

function setup() {
  const { logger, logs } = manualRuntime();
  const bus = new SignalBus();
  const heard: string[] = [];
  const listener =
    (name: string): SignalHandler =>
    (signal) =>
      heard.push(`${name}:${signal}`);
  return {
    bus,
    heard,
    logs,
    listener,
    emit: (signal: Signal, error?: unknown) => bus.emit(signal, TASK, error, logger),
  };
}

describe('connections', () => {
  it('are to the named signals, or to all', async () => {
    const { bus, heard, listener, emit } = setup();
    bus.connect(listener('one'), ['error']);
    bus.connect(listener('two'), ['error', 'complete']);
    bus.connect(listener('all'), []);
    for (const signal of ['error', 'complete', 'locked'] as const) await emit(signal);
    expect(heard).toEqual([
      'one:error',
      'two:error',
      'all:error',
      'two:complete',
      'all:complete',
      'all:locked',
    ]);
  });

  it('to a signal come before those to all, whichever was made first', async () => {
    const { bus, heard, listener, emit } = setup();
    bus.connect(listener('all'), []);
    bus.connect(listener('named'), ['error']);
    await emit('error');
    expect(heard).toEqual(['named:error', 'all:error']);
  });

  it('count as often as they were made', async () => {
    const { bus, heard, listener, emit } = setup();
    const twice = listener('twice');
    bus.connect(twice, ['error']);
    bus.connect(twice, ['error']);
    await emit('error');
    bus.disconnect(twice, ['error']);
    await emit('error');
    expect(heard).toHaveLength(3);
  });

  it('are undone for the named signals, or for all', async () => {
    const { bus, heard, listener, emit } = setup();
    const [one, all] = [listener('one'), listener('all')];
    bus.connect(one, ['error', 'complete']);
    bus.connect(all, []);
    bus.disconnect(one, ['error']);
    bus.disconnect(listener('stranger'), []);
    await emit('error');
    await emit('complete');
    bus.disconnect(one, []);
    bus.disconnect(all, []);
    await emit('complete');
    expect(heard).toEqual(['all:error', 'one:complete', 'all:complete']);
  });

  it('say whether anybody hears', () => {
    const { bus, listener } = setup();
    const one = listener('one');
    expect([bus.hearsAny, bus.hears('error')]).toEqual([false, false]);
    bus.connect(one, ['error']);
    expect([bus.hearsAny, bus.hears('error'), bus.hears('complete')]).toEqual([true, true, false]);
    bus.disconnect(one, []);
    expect(bus.hears('error')).toBe(false);
    bus.connect(one, []);
    expect(SIGNALS.every((signal) => bus.hears(signal))).toBe(true);
  });

  it('may be undone by the handler itself', async () => {
    const { bus, heard, emit } = setup();
    const once: SignalHandler = () => {
      heard.push('once');
      bus.disconnect(once, ['error']);
    };
    bus.connect(once, ['error']);
    bus.connect(() => heard.push('after'), ['error']);
    await emit('error');
    await emit('error');
    expect(heard).toEqual(['once', 'after', 'after']);
  });
});

describe('handlers', () => {
  it('run one after the other, also when they wait', async () => {
    const { bus, heard, emit } = setup();
    bus.connect(async () => {
      await Promise.resolve();
      heard.push('slow');
    }, []);
    bus.connect(() => heard.push('quick'), []);
    await emit('error');
    expect(heard).toEqual(['slow', 'quick']);
  });

  it.each<[string, SignalHandler]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
    ],
  ])('that %s silence nobody, and are logged', async (_, broken) => {
    const { bus, heard, logs, listener, emit } = setup();
    bus.connect(broken, ['error']);
    bus.connect(listener('named'), ['error']);
    bus.connect(broken, []);
    bus.connect(listener('all'), []);
    await emit('error');
    expect(heard).toEqual(['named:error', 'all:error']);
    expect(logs).toHaveLength(2);
    expect(logs[0]).toMatchObject({ level: 'error', message: 'signal handler failed' });
    expect(logs[0]!.fields).toMatchObject({ signal: 'error', task: 'work', id: 'a' });
  });

  it('get the signal, the task and the error', async () => {
    const { bus, emit } = setup();
    const calls: unknown[][] = [];
    bus.connect((...given) => calls.push(given), []);
    const error = new Error('no');
    await emit('error', error);
    await emit('complete');
    expect(calls).toEqual([
      ['error', TASK, error],
      ['complete', TASK, undefined],
    ]);
  });

  it('do not stop a task, nor its retries', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const heard: Signal[] = [];
    huey.signal(() => {
      throw new Error('broken');
    });
    huey.signal((signal) => heard.push(signal));
    let attempts = 0;
    const result = await huey.task('flaky', { retries: 1 }, () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no');
      return 'done';
    })();
    expect(heard).toEqual([
      'enqueued',
      'executing',
      'error',
      'retrying',
      'enqueued',
      'executing',
      'complete',
    ]);
    expect(await result.get()).toBe('done');
  });

  it('see what they report in the storage', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const seen: unknown[] = [];
    huey.signal('complete', async (_, { id }) => seen.push(await huey.result(id, { preserve: true })));
    await huey.task('one', () => 1)();
    expect(seen).toEqual([1]);
  });
});

describe('huey.signal', () => {
  it('returns how to disconnect', async () => {
    const huey = new MemoryHuey({ immediate: true });
    const heard: Signal[] = [];
    const disconnect = huey.signal('enqueued', 'complete', (signal) => heard.push(signal));
    const task = huey.task('task', () => 1);
    await task();
    disconnect();
    await task();
    expect(heard).toEqual(['enqueued', 'complete']);
  });
});
