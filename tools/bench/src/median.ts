/**
 * The middle of the values in order, or the mean of the two in the middle.
 *
 * @throws RangeError when there is no value.
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('values is empty, expected at least one');
  const ordered = [...values].sort((a, b) => a - b);
  const upper = Math.floor(ordered.length / 2);
  const lower = (ordered.length - 1) >> 1;
  return (ordered[lower]! + ordered[upper]!) / 2;
}
