import {
  type Layout,
  lossesByName,
  type LovaszSoftmaxOptions,
  type lovaszSoftmax,
  type ReferenceTensor,
  referenceBackend,
  referenceTensor,
  valueAndGradient,
} from '@lovasz/core';
import { largestDifference } from './largest-difference.js';
import type { LossCall, NumericArray } from './loss-call.js';

/** Bits of a float32 error that do not tell bins of the histogram apart. */
const droppedBits = 13;

/**
 * The greatest error of any gradient entry that the histogram of the kernels may make on one case, by its rule: pixels of
 * one bin, whose errors agree in their exponent and the 10 highest bits of their fraction, are a tie.
 *
 * The exact weight of a pixel is within what the orders of its bin can give it, and so is its share of the tie. The
 * gradient is linear in the weights: it is off by at most their greatest errors, put through the same derivatives without
 * their signs.
 *
 * @returns 0 when every pixel has a bin to itself.
 */
export function histogramBound(
  { name, options }: LossCall,
  input: NumericArray,
  labels: NumericArray,
): number {
  if (name === 'jaccard-weights') {
    const ones = new Array<number>(input.data.length).fill(1);
    return Math.max(...weightBounds(input.data, labels.data, ones));
  }
  // The others have no weights of pixels that depend on their order.
  if (!name.startsWith('lovasz')) return 0;
  // Of logits of a softmax, first what is possible in the gradient to the probabilities.
  const isSoftmax = name === 'lovasz-softmax' && options['input'] !== 'probabilities';
  const scores = referenceTensor(input.data, input.shape);
  const classAxis = (options['layout'] as Layout) === 'channels-last' ? input.shape.length - 1 : 1;
  const probabilities = isSoftmax ? referenceBackend.softmax(scores, classAxis) : scores;
  const loss = lossesByName[name] as typeof lovaszSoftmax;
  const { gradients } = valueAndGradient(
    (backend, variable) =>
      loss(
        { ...backend, jaccardWeights: (errors, foreground, valid) => boundRows(errors, foreground, valid) },
        variable!,
        referenceTensor(labels.data, labels.shape),
        { ...options, ...(isSoftmax ? { input: 'probabilities' } : {}) } as LovaszSoftmaxOptions,
      ),
    [probabilities],
  );
  const possible = referenceTensor(gradients[0]!.data.map(Math.abs), input.shape);
  if (!isSoftmax) return largestDifference(possible.data, new Float64Array(input.data.length));
  // ∂f_c/∂z_k = f_k·(1 − f_k) for c = k, −f_k·f_c otherwise.
  const { add, multiply, subtract, sum, constant } = referenceBackend;
  const own = multiply(possible, subtract(constant(1), multiply(constant(2), probabilities)));
  const all = sum(multiply(possible, probabilities), [classAxis]);
  const ofLogits = multiply(probabilities, add(own, all));
  return largestDifference(ofLogits.data, new Float64Array(input.data.length));
}

/** Stands in for the weights of every problem `[..., pixels]`: the greatest error of each. */
function boundRows(
  errors: ReferenceTensor,
  foreground: ReferenceTensor,
  valid: ReferenceTensor,
): ReferenceTensor {
  const { multiply, add, constant } = referenceBackend;
  const counted = multiply(valid, add(multiply(errors, constant(0)), constant(1)));
  const pixels = errors.shape.at(-1)!;
  const data = new Float64Array(errors.data.length);
  for (let start = 0; start < data.length; start += pixels) {
    const row = (x: ReferenceTensor) => x.data.subarray(start, start + pixels);
    data.set(weightBounds(row(errors), row(foreground), row(counted)), start);
  }
  return referenceTensor(data, errors.shape);
}

/** The greatest error of the weight of each pixel of one problem. */
export function weightBounds(
  errors: ArrayLike<number>,
  foreground: ArrayLike<number>,
  valid: ArrayLike<number>,
): Float64Array {
  const bits = new Uint32Array(Float32Array.from(errors).buffer);
  const bins = new Map<number, number[]>();
  let total = 0;
  for (let pixel = 0; pixel < errors.length; pixel++) {
    if (valid[pixel] === 0) continue;
    if (foreground[pixel] === 1) total += 1;
    const bin = bits[pixel]! >>> droppedBits;
    bins.set(bin, [...(bins.get(bin) ?? []), pixel]);
  }
  const bounds = new Float64Array(errors.length);
  let union = total;
  let intersection = total;
  for (const [, pixels] of [...bins].sort(([a], [b]) => b - a)) {
    const positives = pixels.filter((pixel) => foreground[pixel] === 1).length;
    const below = union + pixels.length - positives;
    const left = intersection - positives;
    if (pixels.length > 1) {
      const [least, most] = [left / below / (below - 1), intersection / (union + 1) / union];
      for (const pixel of pixels) {
        if (foreground[pixel] === 1) bounds[pixel] = (1 / union - 1 / below) / 2;
        // Without foreground the first pixel has the weight 1, whichever it is.
        else bounds[pixel] = total > 0 ? most - least : union === 0 ? 1 : 0;
      }
    }
    union = below;
    intersection = left;
  }
  return bounds;
}
