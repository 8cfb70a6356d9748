import { DatasetError } from '../dataset-error.js';
import { listSome } from './list-some.js';

/**
 * Checks that every label is a class, 0 to classCount − 1, or the ignored one.
 *
 * @throws DatasetError that names the file, the values, how many pixels have each, and what is accepted.
 */
export function checkLabels(
  file: string,
  labels: Uint8Array,
  { classCount, ignoreIndex }: { readonly classCount: number; readonly ignoreIndex: number },
): void {
  const pixels = new Uint32Array(256);
  for (const label of labels) pixels[label]!++;
  const outside = [...pixels.entries()]
    .filter(([value, count]) => count > 0 && value >= classCount && value !== ignoreIndex)
    .map(([value, count]) => `${value} (${count} pixels)`);
  if (outside.length > 0) {
    throw new DatasetError(
      `${file} has labels outside the classes: ${listSome(outside)} of ${labels.length}; ` +
        `expected 0 to ${classCount - 1}, or ${ignoreIndex} for void`,
    );
  }
}
