/**
 * Checks that masks have one entry per pixel; one that is left out fits.
 *
 * @throws RangeError naming the mask and both lengths.
 */
export function checkMasks(
  pixels: number,
  masks: Readonly<Record<string, ArrayLike<number> | undefined>>,
): void {
  for (const [name, mask] of Object.entries(masks)) {
    if (mask !== undefined && mask.length !== pixels) {
      throw new RangeError(`${name} has ${mask.length} pixels, errors ${pixels}; expected the same number`);
    }
  }
}
