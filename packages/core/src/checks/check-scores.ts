/**
 * Checks that logits are finite, or that probabilities lie in 0…1.
 *
 * @param scores the values.
 * @param input what they are.
 * @throws RangeError that names the first wrong value, its index, and how many there are.
 * @example
 * checkScores([0.2, 0.8], 'probabilities');
 */
export function checkScores(scores: ArrayLike<number>, input: 'logits' | 'probabilities'): void {
  const isRight = input === 'logits' ? Number.isFinite : (value: number): boolean => value >= 0 && value <= 1;
  let wrong = 0;
  let first = 0;
  for (let index = scores.length - 1; index >= 0; index--) {
    if (isRight(scores[index]!)) continue;
    wrong += 1;
    first = index;
  }
  if (wrong > 0) {
    throw new RangeError(
      `${input} hold ${scores[first]} at index ${first} (wrong values: ${wrong}); expected ` +
        (input === 'logits' ? 'finite numbers' : 'numbers in 0…1'),
    );
  }
}
