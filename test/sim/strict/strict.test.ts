// Strict mode: simulated code that asks for real time, timers or chance fails, and the error names the caller.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryHuey } from 'huey-ts';
import { Simulation } from 'huey-ts/sim';

/** Runs a body in a simulation, and returns the message that it failed with. */
async function failureOf(body: () => unknown, strict = true): Promise<string> {
  const huey = new MemoryHuey();
  const leak = huey.task('leak', async () => {
    await Promise.resolve();
    await body();
  });
  await using sim = await Simulation.start(huey, { strict });
  const result = await leak();
  await sim.untilIdle();
  return result.get().then(
    () => 'none',
    (error: unknown) => String(error),
  );
}

describe('strict mode', () => {
  it.each<[string, () => unknown]>([
    ['new Date()', () => new Date()],
    ['Date()', () => Date()],
    ['Date.now()', () => Date.now()],
    ['setTimeout()', () => setTimeout(() => {}, 0)],
    ['setInterval()', () => setInterval(() => {}, 1000)],
    ['setImmediate()', () => setImmediate(() => {})],
    ['Math.random()', () => Math.random()],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
    ['crypto.randomUUID()', () => randomUUID()],
    ['crypto.getRandomValues()', () => crypto.getRandomValues(new Uint8Array(1))],
  ])('refuses %s, and names the line', async (name, leak) => {
    const message = await failureOf(leak);
    expect(message).toContain(`got ${name} called at`);
    expect(message).toMatch(/strict\.test\.ts:\d+/);
    expect(message).toMatch(/ctx\.now|ctx\.sleep|arguments of the task/);
  });

  it('lets through what reads no clock, and everything if it is off', async () => {
    expect(await failureOf(() => new Date(0).getTime())).toBe('none');
    expect(await failureOf(() => Date.UTC(2026, 0, 1) + Date.parse('2026-01-01'))).toBe('none');
    expect(await failureOf(() => new Date() instanceof Date, false)).toBe('none');
  });

  it('does not mind the test, nor other simulations, and leaves the globals as they were', async () => {
    const before = [Date, setTimeout, Math.random, crypto.randomUUID, randomUUID];
    const one = await Simulation.start(new MemoryHuey(), { strict: true });
    const two = await Simulation.start(new MemoryHuey(), { strict: true });
    expect(Date.now()).toBeGreaterThan(0);
    expect(new Date()).toBeInstanceOf(Date);
    await one.stop();
    expect(Date).not.toBe(before[0]);
    expect(await failureOf(() => Date.now(), false)).toBe('none');
    await two.stop();
    expect([Date, setTimeout, Math.random, crypto.randomUUID, randomUUID]).toEqual(before);
    expect(Object.hasOwn(crypto, 'randomUUID')).toBe(false);
  });
});
