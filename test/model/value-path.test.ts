import { describe, expect, it } from 'vitest';
import { type PathStep, ValueTrail } from '../../src/model/value-path.js';

function trail(...steps: PathStep[]): ValueTrail {
  const way = new ValueTrail();
  for (const step of steps) way.enter(step);
  return way;
}

describe('the path of a value', () => {
  it.each<[PathStep[], string]>([
    [[], ''],
    [['args', 1, 'user', 'callback'], 'args[1].user.callback'],
    [[0, 1], '[0][1]'],
    [['first name', 'é', '1st', ''], '["first name"].é["1st"][""]'],
    [['a"b\n'], '["a\\"b\\n"]'],
    [['args', 0, ['entries', 2, 1], 'x'], 'args[0].entries[2][1].x'],
    [Array.from({ length: 17 }, () => 0), `${'[0]'.repeat(16)}…`],
    [['k'.repeat(61)], `["${'k'.repeat(59)}…"]`],
  ])('%j is %s', (steps, path) => expect(trail(...steps).path).toBe(path));

  it('forgets the steps that were taken back', () => {
    const way = trail('args', 0);
    way.leave();
    way.leave();
    expect(way.path).toBe('');
    way.enter('kwargs');
    expect(way.path).toBe('kwargs');
  });

  it('names what is further up', () => {
    const way = trail('args', 0, 'self');
    expect([way.nameAt(0), way.nameAt(2)]).toEqual(['the value', '`args[0]`']);
  });
});
