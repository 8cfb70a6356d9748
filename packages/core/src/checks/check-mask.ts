/**
 * Checks that a mask of pixels holds 0 and 1 only.
 *
 * @throws RangeError that names the first wrong value, its index, and how many there are.
 * @example
 * checkMask([1, 0, 1]);
 */
export function checkMask(mask: ArrayLike<number>): void {
  let wrong = 0;
  let first = 0;
  for (let pixel = mask.length - 1; pixel >= 0; pixel--) {
    if (mask[pixel] === 0 || mask[pixel] === 1) continue;
    wrong += 1;
    first = pixel;
  }
  if (wrong > 0) {
    throw new RangeError(
      `mask holds ${mask[first]} at index ${first} (wrong values: ${wrong}); expected 0 or 1`,
    );
  }
}
