// Who waits for a key, who is told, and who is not any more.
import { beforeEach, describe, expect, it } from 'vitest';
import { Watchers } from '../src/watchers.js';

describe('watchers', () => {
  let watchers: Watchers;
  let heard: string[];
  const hear = (name: string) => () => void heard.push(name);

  beforeEach(() => {
    watchers = new Watchers();
    heard = [];
  });

  it('are told of their key alone, in the order in which they came', () => {
    watchers.watch('a', hear('first'));
    watchers.watch('b', hear('other'));
    watchers.watch('a', hear('second'));
    watchers.ring('a');
    watchers.ring('nobody waits for this');
    expect(heard).toEqual(['first', 'second']);
  });

  it('are told each time until they let go', () => {
    const letGo = watchers.watch('a', hear('a'));
    watchers.ring('a');
    watchers.ring('a');
    letGo();
    watchers.ring('a');
    expect(heard).toEqual(['a', 'a']);
  });

  it('wait as often as they ask, be it with the same function', () => {
    const listener = hear('a');
    const letGo = watchers.watch('a', listener);
    watchers.watch('a', listener);
    letGo();
    letGo();
    watchers.ring('a');
    expect(heard).toEqual(['a']);
  });

  it('leave alone who waits since, when they let go twice', () => {
    const letGo = watchers.watch('a', hear('before'));
    letGo();
    watchers.watch('a', hear('since'));
    letGo();
    watchers.ring('a');
    expect(heard).toEqual(['since']);
  });

  it('may let go, or begin to wait, while they are told', () => {
    const letGo = watchers.watch('a', () => {
      letGo();
      watchers.watch('a', hear('late'));
    });
    watchers.watch('a', hear('second'));
    watchers.ring('a');
    expect(heard).toEqual(['second']);
    watchers.ring('a');
    expect(heard).toEqual(['second', 'second', 'late']);
  });

  it('are not told once another who was told has let go for them', () => {
    watchers.watch('a', () => letGo());
    const letGo = watchers.watch('a', hear('second'));
    watchers.ring('a');
    expect(heard).toEqual([]);
  });

  it('can all be told, and all be forgotten', () => {
    watchers.watch('a', hear('a'));
    const letGo = watchers.watch('b', hear('b'));
    watchers.ringAll();
    expect(heard).toEqual(['a', 'b']);
    watchers.clear();
    letGo();
    watchers.ringAll();
    expect(heard).toEqual(['a', 'b']);
  });

  it('say what is waited for', () => {
    expect(watchers.isEmpty).toBe(true);
    const letGo = watchers.watch('a', hear('a'));
    expect(watchers.isEmpty).toBe(false);
    expect([watchers.has('a'), watchers.has('b'), watchers.keys()]).toEqual([true, false, ['a']]);
    letGo();
    expect([watchers.isEmpty, watchers.has('a'), watchers.keys()]).toEqual([true, false, []]);
  });
});
