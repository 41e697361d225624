// Looking at what is held, and knowing a Huey when one is seen.
import { describe, expect, it, vi } from 'vitest';
import { MemoryHuey, UnknownTaskError } from 'huey-ts';
import { engineOf, isHuey } from '../../src/engine/engine-of.js';
import { readIfPossible } from '../../src/engine/inspection.js';
import { manualRuntime } from '../manual-runtime.js';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ runtime });
  const add = huey.task('add', (a: number, b: number) => a + b);
  const take = (count: number, lease = 'lease') =>
    huey.storage.turn({ settled: [], take: count, lease, now: runtime.clock.now() });
  return { huey, add, take, clock: runtime.clock };
}

describe('running', () => {
  it('lists what consumers have taken and not ended, whichever they are', async () => {
    const { huey, add, take } = setup();
    for (const id of ['a', 'b', 'c']) await add.with({ id })(1, 2);
    expect(await huey.running()).toEqual([]);
    await take(1, 'one');
    await take(1, 'another');
    expect((await huey.running()).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('leaves out what a scheduler only moves', async () => {
    const { huey, add, clock } = setup();
    await add.schedule([1, 2], { delay: '1s' });
    const { deliveries } = await huey.storage.turn({ settled: [], take: 1, lease: 's', now: clock.now() });
    const [{ receipt, item }] = deliveries as [(typeof deliveries)[0]];
    const effects = [{ kind: 'schedule', item, dueAt: clock.now() + 1000 }] as const;
    await huey.storage.turn({ settled: [{ receipt, effects }], take: 0, lease: 's', now: clock.now() });
    clock.set(clock.now() + 1000);
    const moved = await huey.storage.handOver({ now: clock.now(), limit: 1, lease: 's' });
    expect(moved.deliveries.length).toBe(1);
    expect(await huey.running()).toEqual([]);
  });

  it('refuses a task that is not declared here', async () => {
    const { huey, add, take } = setup();
    await add(1, 2);
    await take(1);
    add.unregister();
    await expect(huey.running()).rejects.toThrow(UnknownTaskError);
  });
});

it('a message is read if it can be, whoever declared its task', async () => {
  const { huey, add } = setup();
  await add.with({ id: 'a' })(1, 2);
  add.unregister();
  const [item] = await huey.storage.pending();
  expect(readIfPossible(engineOf(huey), item!)).toMatchObject({ id: 'a', args: [1, 2] });
  expect(readIfPossible(engineOf(huey), { ...item!, data: '{' })).toBeUndefined();
});

describe('a Huey', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'huey'],
    ['an object', {}],
    ['a class', MemoryHuey],
  ])('is not %s', (_, value) => expect(isHuey(value)).toBe(false));

  it('is known though it comes from another install of the package', async () => {
    vi.resetModules();
    const other: { MemoryHuey: typeof MemoryHuey } = await import('../../src/memory-huey.js');
    expect(other.MemoryHuey).not.toBe(MemoryHuey);
    const huey = new other.MemoryHuey({ name: 'theirs' });
    expect(isHuey(huey)).toBe(true);
    expect(engineOf(huey).options.name).toBe('theirs');
  });
});
