import type { ConfusionMatrix } from '../counting/confusion-matrix.js';

/**
 * The confusion matrix as shares: of the label (rows sum to 1), of the prediction (columns do), or of all pixels. 0/0 is 0.
 * Missed pixels are not in it.
 *
 * @example
 * normalize(new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 1], [0, 1, 1]), 'labels'); // [[0.5, 0.5], [0, 1]]
 */
export function normalize(confusion: ConfusionMatrix, by: 'labels' | 'predictions' | 'all'): number[][] {
  const { counts } = confusion.toJSON();
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const rows = counts.map(total);
  const columns = counts.map((_, column) => total(counts.map((row) => row[column]!)));
  const all = total(rows);
  return counts.map((row, label) =>
    row.map((count, prediction) => {
      const share = count / { labels: rows[label]!, predictions: columns[prediction]!, all }[by];
      return Number.isNaN(share) ? 0 : share;
    }),
  );
}
