// Tables written as text: one row a line, cells between bars. Easier on the eye than arrays that the formatter unfolds.

/** The trimmed cells of each row. */
export function cells(table: string): string[][] {
  const lines = table.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}
