/** @throws RangeError when two vectors over the same pixels differ in length. */
export function checkSameLength(
  name: string,
  values: ArrayLike<number>,
  otherName: string,
  others: ArrayLike<number>,
): void {
  if (values.length !== others.length) {
    throw new RangeError(
      `${name} has ${values.length} pixels, ${otherName} ${others.length}; expected the same number`,
    );
  }
}
