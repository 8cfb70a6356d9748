/**
 * Rows as lines whose columns stand below each other.
 *
 * @param alignment a letter for each column: `l` to the left, `r` to the right. Default: all to the left.
 */
export function alignColumns(rows: readonly (readonly string[])[], alignment = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        alignment[column] === 'r' ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
