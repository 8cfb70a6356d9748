/** The label of pixels that do not count, once there is a mask. */
const maskedLabel = -1;

/**
 * Labels in which the pixels of mask 0 and those of `ignoreIndex` are one: the kernels read a single label to ignore.
 *
 * @returns labels and their `ignoreIndex`; those given where there is no mask.
 */
export function foldMask(
  labels: ArrayLike<number>,
  mask: ArrayLike<number> | undefined,
  ignoreIndex: number | undefined,
): { readonly labels: ArrayLike<number>; readonly ignoreIndex: number | undefined } {
  if (mask === undefined) return { labels, ignoreIndex };
  const folded = new Int32Array(labels.length);
  for (let pixel = 0; pixel < folded.length; pixel++) {
    const label = labels[pixel]!;
    folded[pixel] = mask[pixel] === 0 || label === ignoreIndex ? maskedLabel : label;
  }
  return { labels: folded, ignoreIndex: maskedLabel };
}
