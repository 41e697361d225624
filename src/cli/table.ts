// Rows as text in columns. A column that has nothing to say is left out, and the last one is cut to the width of the
// terminal, so that a row stays one line.
import type { Output } from './host.js';

const GAP = '  ';

/** Writes a heading and the rows under it; nothing if there are none. */
export function writeTable(
  output: Output,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  if (rows.length === 0) return;
  const columns = headings
    .map((_, column) => column)
    .filter((column) => rows.some((row) => row[column] !== ''));
  const widths = columns.map((column) =>
    Math.max(...[headings, ...rows].map((row) => lengthOf(row[column]!))),
  );
  const line = (cells: readonly string[]): string => {
    const padded = columns.map((column, index) => clean(cells[column]!).padEnd(widths[index]!));
    return cut(padded.join(GAP).trimEnd(), output);
  };
  const heading = line(headings.map((text) => text.toUpperCase()));
  output.write(`${output.hasColors ? `\u001B[2m${heading}\u001B[22m` : heading}\n`);
  for (const row of rows) output.write(`${line(row)}\n`);
}

/** Only a terminal has an edge; a file or a pipe gets everything. */
function cut(text: string, { isTTY, columns }: Output): string {
  return isTTY && text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}

function lengthOf(text: string): number {
  return clean(text).length;
}

/** Text from a storage may hold anything: what would move the cursor is shown, not done. */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001F\u007F-\u009F]/g, (character) => JSON.stringify(character).slice(1, -1));
}
