// Tables and instants, as a terminal shows them.
import { describe, expect, it } from 'vitest';
import { writeTable } from '../../src/cli/table.js';
import { fromNow } from '../../src/cli/when.js';
import { FakeOutput } from './fake-host.js';

function drawn(rows: readonly (readonly string[])[], change: Partial<FakeOutput> = {}): string[] {
  const output = Object.assign(new FakeOutput(), change);
  writeTable(output, ['id', 'what'], rows);
  return output.lines;
}

describe('a table', () => {
  it('is cut to the terminal, but not elsewhere', () => {
    const rows = [['a', 'x'.repeat(30)]];
    expect(drawn(rows, { isTTY: true, columns: 12 })).toEqual(['ID  WHAT', 'a   xxxxxxx…']);
    expect(drawn(rows, { isTTY: false, columns: 12 })[1]).toHaveLength(34);
  });

  it('dims its heading where there are colours', () => {
    expect(drawn([['a', 'b']], { hasColors: true })[0]).toBe('\u001B[2mID  WHAT\u001B[22m');
  });

  it('shows control characters instead of obeying them', () => {
    expect(drawn([['a', 'red\u001B[31m\nnext']])[1]).toBe('a   red\\u001b[31m\\nnext');
  });

  it('is nothing without rows', () => {
    expect(drawn([])).toEqual([]);
  });
});

it.each([
  [0, 'now'],
  [499, 'now'],
  [-501, '1s ago'],
  [59_600, 'in 1m'],
  [3_661_000, 'in 1h 1m'],
  [-86_400_000 * 2 - 5000, '2d ago'],
  [3_600_000 + 5000, 'in 1h'],
])('%d ms from now is %s', (ms, text) => {
  expect(fromNow(1e12 + ms, 1e12)).toBe(text);
});
