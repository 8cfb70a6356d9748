/**
 * Checks that every label is a class or the ignored label. A hole, or what else is no integer, is no label.
 *
 * @param labels the labels of any number of pixels.
 * @param accepted the number of classes, whose ids are 0…C−1, the label of ignored pixels if there is one (or several),
 *   and a mask, 0 at pixels whose label may be anything.
 * @throws RangeError that names each wrong value, how many pixels hold it, and what is accepted.
 * @example
 * checkLabels([0, 5, 255], { classCount: 6, ignoreIndex: 255 });
 */
export function checkLabels(
  labels: ArrayLike<number>,
  accepted: {
    readonly classCount: number;
    readonly ignoreIndex?: number | readonly number[] | undefined;
    readonly mask?: ArrayLike<number> | undefined;
  },
): void {
  const { classCount, ignoreIndex = [], mask } = accepted;
  const ignored = typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex;
  const wrong = new Map<number, { readonly first: number; pixels: number }>();
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel]!;
    if (Number.isInteger(label) && label >= 0 && label < classCount) continue;
    if (ignored.includes(label) || (mask !== undefined && mask[pixel] === 0)) continue;
    const found = wrong.get(label);
    if (found === undefined) wrong.set(label, { first: pixel, pixels: 1 });
    else found.pixels += 1;
  }
  if (wrong.size === 0) return;

  const shown = [...wrong].slice(0, 5).map(([label, { first, pixels }]) => {
    const place = Number.isInteger(label) ? '' : ` from index ${first} on`;
    return `${label} (pixels: ${pixels})${place}`;
  });
  const others = wrong.size > shown.length ? ` and ${wrong.size - shown.length} other values` : '';
  const besides =
    ignored.length === 0 ? '; no ignoreIndex is set' : ` or ignoreIndex ${ignored.join(' or ')}`;
  throw new RangeError(`labels hold ${shown.join(', ')}${others}; accepted: 0…${classCount - 1}${besides}`);
}
