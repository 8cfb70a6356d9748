import { checkLabels } from '@lovasz/core';
import { sizeOf } from '@lovasz/onnx/parts';

/**
 * Class ids, row-major: an array of any integer type or of plain numbers.
 */
export type Labels = ArrayLike<number> | ArrayLike<bigint>;

/** Which labels a step takes. */
export interface AcceptedLabels {
  readonly shape: readonly number[];
  /** Classes are 0…C−1. */
  readonly classCount: number;
  /** Labels that are accepted besides: those of pixels that the loss ignores. */
  readonly ignored: readonly number[];
}

/**
 * A copy of labels as a graph takes them, each one checked: those that are neither a class nor ignored would train to
 * nonsense without a word.
 *
 * @throws RangeError for a wrong length, and for wrong labels: with each value, how many pixels have it, and what is
 *   accepted; TypeError for what is no array.
 */
export function labelIds(
  labels: Labels,
  { shape, classCount, ignored }: AcceptedLabels,
): Int32Array<ArrayBuffer> {
  const size = sizeOf(shape);
  const length = (labels as Labels | undefined | null)?.length;
  if (typeof labels !== 'object' || length === undefined) {
    throw new TypeError(`labels is ${typeof labels}, expected an array of class ids`);
  }
  if (length !== size) {
    throw new RangeError(`labels has ${length} entries, expected ${size} of shape [${shape.join(', ')}]`);
  }
  const numbers = isBigInts(labels) ? toNumbers(labels) : labels;
  const ids = new Int32Array(size);
  // One ignored label is compared in the loop, which is all but the rarest; class 0 stands for none.
  const [first = 0] = ignored;
  let wrong = 0;
  for (let pixel = 0; pixel < size; pixel++) {
    const label = numbers[pixel]!;
    const id = label | 0;
    ids[pixel] = id;
    if (id !== label || (id >>> 0 >= classCount && id !== first)) wrong++;
  }
  if (wrong > 0) checkLabels(numbers, { classCount, ignoreIndex: ignored });
  return ids;
}

function isBigInts(labels: Labels): labels is ArrayLike<bigint> {
  return typeof labels[0] === 'bigint';
}

/** By a plain loop, which is many times as fast as `Float64Array.from`. */
function toNumbers(labels: ArrayLike<bigint>): Float64Array {
  const numbers = new Float64Array(labels.length);
  for (let pixel = 0; pixel < numbers.length; pixel++) numbers[pixel] = Number(labels[pixel]);
  return numbers;
}
