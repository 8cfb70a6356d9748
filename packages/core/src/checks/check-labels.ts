/**
 * Checks that every label is a class or the ignored label.
 *
 * @param labels the labels of any number of pixels.
 * @param accepted the number of classes, whose ids are 0…C−1, the label of ignored pixels if there is one, and a mask, 0
 *   at pixels whose label may be anything.
 * @throws RangeError that names each wrong value, how many pixels hold it, and what is accepted.
 * @example
 * checkLabels([0, 5, 255], { numberOfClasses: 6, ignoreIndex: 255 });
 */
export function checkLabels(
  labels: ArrayLike<number>,
  accepted: {
    readonly numberOfClasses: number;
    readonly ignoreIndex?: number | undefined;
    readonly mask?: ArrayLike<number> | undefined;
  },
): void {
  const { numberOfClasses, ignoreIndex, mask } = accepted;
  const counts = new Map<number, number>();
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel]!;
    if (label === ignoreIndex || (Number.isInteger(label) && label >= 0 && label < numberOfClasses)) continue;
    if (mask !== undefined && mask[pixel] === 0) continue;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size === 0) return;

  const shown = [...counts].slice(0, 5).map(([label, count]) => `${label} (pixels: ${count})`);
  const others = counts.size > shown.length ? ` and ${counts.size - shown.length} other values` : '';
  const ignored = ignoreIndex === undefined ? '; no ignoreIndex is set' : ` or ignoreIndex ${ignoreIndex}`;
  throw new RangeError(
    `labels hold ${shown.join(', ')}${others}; accepted: 0…${numberOfClasses - 1}${ignored}`,
  );
}
