import type { Value } from '../graph/value.js';
import { sizeOf } from '../graph/tensor.js';

/** The axis that holds one score per class; `'none'` where there is one score per pixel and no such axis. */
export type ClassAxis = number | 'none';

/** Far more than lies between the head of a network and its output. */
const deepest = 500;

/**
 * The axis along which a value holds channels, as the operators that compute it say: a convolution writes its channels
 * to axis 1, a product with a matrix to the last axis, and what comes after moves that axis or, as most operators that
 * keep the number of axes do, leaves it where it is.
 *
 * @returns undefined where the operators do not say.
 */
export function channelAxisOf(value: Value): ClassAxis | undefined {
  const known = new Map<Value, ClassAxis | undefined>();
  const visit = (x: Value, depth: number): ClassAxis | undefined => {
    if (known.has(x)) return known.get(x);
    known.set(x, undefined);
    const axis = depth > deepest ? undefined : computedAxis(x, (input) => visit(input, depth + 1));
    known.set(x, axis);
    return axis;
  };
  return visit(value, 0);
}

function computedAxis(value: Value, axisOf: (input: Value) => ClassAxis | undefined): ClassAxis | undefined {
  const node = value.producer;
  if (node === undefined) return undefined;
  const inputs = node.inputs.filter((input) => input !== undefined);
  switch (node.operator.name) {
    case 'Conv':
    case 'ConvTranspose':
    case 'Gemm':
      return 1;
    case 'MatMul':
      return productAxis(value, inputs, axisOf);
    case 'Transpose': {
      const axis = axisOf(inputs[0]!);
      if (typeof axis !== 'number') return axis;
      const permutation = node.ints('perm') ?? [...inputs[0]!.shape.keys()].reverse();
      return permutation.indexOf(axis);
    }
    case 'LogSoftmax':
    case 'Softmax': {
      const axis = node.int('axis');
      return axisOf(inputs[0]!) ?? (axis < 0 ? axis + value.rank : axis);
    }
    case 'Flatten':
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
      return axisAfterReshape(axisOf(inputs[0]!), inputs[0]!.shape, value.shape);
    case 'Gather': {
      const [data, indices] = inputs;
      const gathered = node.int('axis') < 0 ? node.int('axis') + data!.rank : node.int('axis');
      const axis = axisOf(data!);
      if (typeof axis !== 'number' || indices!.rank === 1) return axis;
      if (indices!.rank > 1) return undefined;
      return axis === gathered ? 'none' : axis - (gathered < axis ? 1 : 0);
    }
    default: {
      const axes = inputs.filter(({ rank }) => rank === value.rank).map(axisOf);
      const distinct = new Set(axes.filter((axis) => axis !== undefined));
      return distinct.size === 1 ? [...distinct][0] : undefined;
    }
  }
}

/** A weight is a matrix: its columns are channels where it stands on the right, its rows where it stands on the left. */
function productAxis(
  value: Value,
  [a, b]: readonly Value[],
  axisOf: (input: Value) => ClassAxis | undefined,
): ClassAxis | undefined {
  const last = value.rank - 1;
  if (last < 1) return undefined;
  if (b!.rank === 2) return last;
  if (a!.rank === 2) return last - 1;
  const axes = [
    ...(axisOf(b!) === b!.rank - 1 ? [last] : []),
    ...(axisOf(a!) === a!.rank - 2 ? [last - 1] : []),
  ];
  return axes.length === 1 ? axes[0] : undefined;
}

function axisAfterReshape(
  axis: ClassAxis | undefined,
  before: readonly number[],
  after: readonly number[],
): ClassAxis | undefined {
  if (axis === undefined) return undefined;
  if (axis === 'none' || before[axis] === 1) {
    // An axis of length 1 comes and goes.
    const ones = [...after.keys()].filter((each) => each > 0 && after[each] === 1);
    return ones.length === 0 ? 'none' : ones.length === 1 ? ones[0] : undefined;
  }
  const ahead = sizeOf(before.slice(0, axis));
  const place = after.findIndex(
    (length, each) => length === before[axis] && sizeOf(after.slice(0, each)) === ahead,
  );
  return place < 0 ? undefined : place;
}
