/**
 * The moving average over each value and up to `reach` values on either side of it, so that it neither lags behind
 * nor runs ahead; at the ends the window holds the values there are.
 */
export function smooth(values: readonly number[], reach: number): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, index) => {
    const start = Math.max(0, index - reach);
    const end = Math.min(values.length, index + reach + 1);
    return (sums[end]! - sums[start]!) / (end - start);
  });
}
