import type { EvaluationEvent } from '@lovasz/runs';

/** A table with a column for each network: the IoU of each class, mIoU and pixel accuracy, in percent. */
export function sideBySide(
  columns: readonly { readonly name: string; readonly evaluation: EvaluationEvent }[],
  classes: readonly string[],
): string {
  const percent = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : (100 * value).toFixed(1);
  const row = (name: string, value: (evaluation: EvaluationEvent) => number | null | undefined) => [
    name,
    ...columns.map(({ evaluation }) => percent(value(evaluation))),
  ];
  const rows = [
    ['IoU in %', ...columns.map(({ name }) => name)],
    ...classes.map((name, index) => row(name, ({ classIou }) => classIou[index])),
    row('mIoU', ({ meanIou }) => meanIou),
    row('pixel accuracy', ({ pixelAccuracy }) => pixelAccuracy),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('   '),
    )
    .join('\n');
}
