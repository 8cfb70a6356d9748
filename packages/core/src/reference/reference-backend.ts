import { interfaceVersion, type TensorBackend } from '../backend/tensor-backend.js';
import { jaccardWeights } from '../jaccard/jaccard-weights.js';
import { broadcastIndices, broadcastShape, sizeOf, transposedIndices } from './broadcast.js';
import { referenceCounting } from './reference-counting.js';
import { type ReferenceTensor, referenceTensor } from './reference-tensor.js';
import { referenceSorting } from './reference-sorting.js';

/**
 * The reference backend: eager, float64, on one thread, as plain as can be. Others are checked against it.
 *
 * Each operation computes its result and leaves on it the closure that {@link valueAndGradient} runs backward.
 *
 * @example
 * const x = referenceTensor([1, 2, 3, 4], [2, 2]);
 * referenceBackend.sum(x, [1]).data; // Float64Array [3, 7]
 */
export const referenceBackend: TensorBackend<ReferenceTensor> = {
  capabilities: {
    interfaceVersion,
    name: 'reference',
    precision: 64,
    execution: 'eager',
    reads: 'sync',
    largestExactInteger: Number.MAX_SAFE_INTEGER,
  },

  shape: (x) => x.shape,
  constant: referenceTensor,

  add: (a, b) =>
    binary(
      a,
      b,
      (x, y) => x + y,
      (gradient) => [gradient, gradient],
    ),
  subtract: (a, b) =>
    binary(
      a,
      b,
      (x, y) => x - y,
      (gradient) => [gradient, -gradient],
    ),
  multiply: (a, b) =>
    binary(
      a,
      b,
      (x, y) => x * y,
      (gradient, x, y) => [gradient * y, gradient * x],
    ),
  divide: (a, b) =>
    binary(
      a,
      b,
      (x, y) => x / y,
      (gradient, x, y) => [gradient / y, (-gradient * x) / y / y],
    ),

  relu: (x) =>
    unary(
      x,
      (entry) => Math.max(entry, 0),
      (gradient, entry) => (entry > 0 ? gradient : 0),
    ),
  exp: (x) => unary(x, Math.exp, (gradient, _, result) => gradient * result),
  log: (x) => unary(x, Math.log, (gradient, entry) => gradient / entry),

  greater: (a, b) =>
    constant(
      binary(
        a,
        b,
        (x, y) => (x > y ? 1 : 0),
        () => [0, 0],
      ),
    ),
  equal: (a, b) =>
    constant(
      binary(
        a,
        b,
        (x, y) => (x === y ? 1 : 0),
        () => [0, 0],
      ),
    ),
  where: (mask, a, b) => {
    const shape = broadcastShape(mask.shape, a.shape, b.shape);
    const fromMask = broadcastIndices(mask.shape, shape);
    const fromA = broadcastIndices(a.shape, shape);
    const fromB = broadcastIndices(b.shape, shape);
    const taken = fromMask.map((index) => (mask.data[index] === 0 ? 0 : 1));
    return {
      shape,
      data: Float64Array.from(taken, (isA, i) => (isA ? a.data[fromA[i]!]! : b.data[fromB[i]!]!)),
      derivation: {
        operands: [a, b],
        backward: (gradient) => [
          scatterAdd(
            gradient.map((entry, i) => (taken[i] ? entry : 0)),
            fromA,
            a.data.length,
          ),
          scatterAdd(
            gradient.map((entry, i) => (taken[i] ? 0 : entry)),
            fromB,
            b.data.length,
          ),
        ],
      },
    };
  },

  sum: (x, axes) => {
    const { shape, group } = reduced(x, axes);
    return {
      shape,
      data: scatterAdd(x.data, group, sizeOf(shape)),
      derivation: { operands: [x], backward: (gradient) => [gather(gradient, group)] },
    };
  },

  reshape: (x, shape) => {
    const known = sizeOf(shape.filter((length) => length !== -1));
    const inferred = shape.map((length) =>
      length === -1 ? (known === 0 ? 0 : x.data.length / known) : length,
    );
    if (sizeOf(inferred) !== x.data.length || !inferred.every(Number.isInteger)) {
      throw new RangeError(`cannot reshape [${x.shape.join(', ')}] to [${shape.join(', ')}]`);
    }
    return {
      shape: inferred,
      data: x.data,
      derivation: { operands: [x], backward: (gradient) => [gradient] },
    };
  },
  transpose: (x, permutation) => {
    const indices = transposedIndices(x.shape, permutation);
    return {
      shape: permutation.map((axis) => x.shape[axis]!),
      data: gather(x.data, indices),
      derivation: {
        operands: [x],
        backward: (gradient) => [scatterAdd(gradient, indices, gradient.length)],
      },
    };
  },

  softmax: (x, axis) => {
    const { group, shifted, sums } = exponentialSums(x, axis);
    const data = shifted.map((entry, i) => Math.exp(entry) / sums[group[i]!]!);
    return {
      shape: x.shape,
      data,
      derivation: {
        operands: [x],
        backward: (gradient) => {
          const inner = scatterAdd(
            gradient.map((entry, i) => entry * data[i]!),
            group,
            sums.length,
          );
          return [gradient.map((entry, i) => data[i]! * (entry - inner[group[i]!]!))];
        },
      },
    };
  },
  logSoftmax: (x, axis) => {
    const { group, shifted, sums } = exponentialSums(x, axis);
    const data = shifted.map((entry, i) => entry - Math.log(sums[group[i]!]!));
    return {
      shape: x.shape,
      data,
      derivation: {
        operands: [x],
        backward: (gradient) => {
          const total = scatterAdd(gradient, group, sums.length);
          return [gradient.map((entry, i) => entry - Math.exp(data[i]!) * total[group[i]!]!)];
        },
      },
    };
  },

  stopGradient: constant,

  jaccardWeights: (errors, foreground, valid) => {
    const pixels = errors.shape.at(-1)!;
    const isForeground = gather(foreground.data, broadcastIndices(foreground.shape, errors.shape));
    const isValid = gather(valid.data, broadcastIndices(valid.shape, errors.shape));
    const data = new Float64Array(errors.data.length);
    for (let start = 0; start < data.length; start += pixels) {
      const row = (values: Float64Array) => values.subarray(start, start + pixels);
      data.set(jaccardWeights(row(errors.data), row(isForeground), row(isValid)), start);
    }
    return { shape: errors.shape, data };
  },

  sorting: referenceSorting,
  counting: referenceCounting,
  read: (x) => x.data,
};

/** The same values without their tape. */
function constant({ shape, data }: ReferenceTensor): ReferenceTensor {
  return { shape, data };
}

function unary(
  x: ReferenceTensor,
  forward: (entry: number) => number,
  backward: (gradient: number, entry: number, result: number) => number,
): ReferenceTensor {
  const data = x.data.map(forward);
  return {
    shape: x.shape,
    data,
    derivation: {
      operands: [x],
      backward: (gradient) => [gradient.map((entry, i) => backward(entry, x.data[i]!, data[i]!))],
    },
  };
}

function binary(
  a: ReferenceTensor,
  b: ReferenceTensor,
  forward: (x: number, y: number) => number,
  backward: (gradient: number, x: number, y: number) => readonly [number, number],
): ReferenceTensor {
  const shape = broadcastShape(a.shape, b.shape);
  const fromA = broadcastIndices(a.shape, shape);
  const fromB = broadcastIndices(b.shape, shape);
  return {
    shape,
    data: Float64Array.from(fromA, (index, i) => forward(a.data[index]!, b.data[fromB[i]!]!)),
    derivation: {
      operands: [a, b],
      backward: (gradient) => {
        const toA = new Float64Array(a.data.length);
        const toB = new Float64Array(b.data.length);
        gradient.forEach((entry, i) => {
          const [shareA, shareB] = backward(entry, a.data[fromA[i]!]!, b.data[fromB[i]!]!);
          toA[fromA[i]!]! += shareA;
          toB[fromB[i]!]! += shareB;
        });
        return [toA, toB];
      },
    },
  };
}

/** The shape once `axes` have length 1, and for each entry of `x` the entry of that shape it falls into. */
function reduced(x: ReferenceTensor, axes: readonly number[]) {
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return { shape, group: broadcastIndices(shape, x.shape) };
}

/** x below its largest entry along an axis, and Σ e to these powers. Added to that entry, a logarithm would be lost. */
function exponentialSums(x: ReferenceTensor, axis: number) {
  const { shape, group } = reduced(x, [axis]);
  const top = largest(x.data, group, sizeOf(shape));
  const shifted = x.data.map((entry, i) => entry - top[group[i]!]!);
  return { group, shifted, sums: scatterAdd(shifted.map(Math.exp), group, top.length) };
}

function gather(values: Float64Array, indices: Uint32Array): Float64Array {
  return Float64Array.from(indices, (index) => values[index]!);
}

function scatterAdd(values: Float64Array, indices: Uint32Array, size: number): Float64Array {
  const sums = new Float64Array(size);
  values.forEach((value, i) => (sums[indices[i]!]! += value));
  return sums;
}

function largest(values: Float64Array, group: Uint32Array, size: number): Float64Array {
  const result = new Float64Array(size).fill(-Infinity);
  values.forEach((value, i) => (result[group[i]!] = Math.max(result[group[i]!]!, value)));
  return result;
}
