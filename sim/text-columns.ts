// Cells of text for people to read: shown as they are, in columns that line up.

/** How columns are laid out. */
export interface ColumnOptions {
  /** Longer cells stick out, and do not widen their column. Default: none are too long. */
  readonly widest?: number;
  /** The column that is aligned to the right. Default: none. */
  readonly right?: number;
}

/** Each row as a line, with two spaces between its cells. */
export function alignColumns(rows: readonly (readonly string[])[], options: ColumnOptions = {}): string[] {
  const { widest = Infinity, right } = options;
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, { length }] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, Math.min(widest, length));
  return rows.map((row) => {
    const padded = row.map((cell, column) =>
      column === right ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    return padded.join('  ').trimEnd();
  });
}

/** Names and details are the user's: what would move the cursor is shown as an escape. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return '\\n';
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}
