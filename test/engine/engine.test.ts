import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/engine/environment.js';
import { newEngine } from '../../src/engine/engine.js';
import { resolveHueyOptions } from '../../src/model/huey-options.js';
import { systemRuntime } from '../../src/runtime.js';
import { MemoryStorage } from '../../src/storage/memory.js';

function setup() {
  const engine = newEngine(resolveHueyOptions({}), new MemoryStorage());
  const another = (): Environment => new Environment(systemRuntime(), new MemoryStorage());
  return { engine, another };
}

describe('the environment of an engine', () => {
  it('is its home, unless a route names another', () => {
    const { engine, another } = setup();
    const elsewhere = another();
    let isAway = true;
    const removeRoute = engine.addRoute(() => (isAway ? elsewhere : undefined));
    expect(engine.environment).toBe(elsewhere);
    expect(engine.storage).toBe(elsewhere.storage);
    isAway = false;
    expect(engine.environment).toBe(engine.home);
    isAway = true;
    removeRoute();
    expect(engine.environment).toBe(engine.home);
  });

  it('is what the route says that was added last; routes come and go in any order', () => {
    const { engine, another } = setup();
    const [first, second] = [another(), another()];
    const removeFirst = engine.addRoute(() => first);
    const removeSecond = engine.addRoute(() => second);
    expect(engine.environment).toBe(second);
    removeFirst();
    removeFirst();
    expect(engine.environment).toBe(second);
    removeSecond();
    expect(engine.environment).toBe(engine.home);
  });

  it('is chosen for good by a fork, which shares everything else', () => {
    const { engine, another } = setup();
    const elsewhere = another();
    const fork = engine.fork(elsewhere);
    engine.addRoute(() => another());
    expect(fork.environment).toBe(elsewhere);
    expect([fork.registry, fork.signals, fork.hooks]).toEqual([
      engine.registry,
      engine.signals,
      engine.hooks,
    ]);
  });
});
