import { describe, test } from '@jest/globals';
import { testConformance } from '@lovasz/conformance';
import { interfaceVersion, jaccardWeights, type TensorBackend } from '@lovasz/core';

// The framework: tensors of dual numbers, each a value and its derivatives to every entry of the input.
interface Dual {
  readonly value: number;
  readonly slope: Float64Array;
}
interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly Dual[];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

/** Which entry of a tensor stands at entry `i` of the shape that it broadcasts to. */
function sourceOf(from: readonly number[], to: readonly number[], i: number): number {
  let [index, stride] = [0, 1];
  for (let axis = to.length - 1, own = from.length - 1; own >= 0; axis--, own--) {
    if (from[own] !== 1) index += stride * (i % to[axis]!);
    i = Math.floor(i / to[axis]!);
    stride *= from[own]!;
  }
  return index;
}

// The adapter: what the losses ask of a framework.
function createBackend(inputs: number): TensorBackend<Tensor> {
  const fixed = (value: number): Dual => ({ value, slope: new Float64Array(inputs) });
  const elementwise =
    (combine: (...entries: Dual[]) => Dual) =>
    (...tensors: Tensor[]): Tensor => {
      const rank = Math.max(...tensors.map(({ shape }) => shape.length));
      const shape = Array.from({ length: rank }, (_, axis) =>
        Math.max(...tensors.map((x) => x.shape[axis - rank + x.shape.length] ?? 1)),
      );
      const entriesAt = (i: number) => tensors.map((x) => x.data[sourceOf(x.shape, shape, i)]!);
      return { shape, data: Array.from({ length: sizeOf(shape) }, (_, i) => combine(...entriesAt(i))) };
    };
  /** f, and its derivative to each operand. */
  const smooth = (f: (...x: number[]) => number, { slopes }: { slopes: (...x: number[]) => number[] }) =>
    elementwise((...entries) => {
      const values = entries.map(({ value }) => value);
      const slope = new Float64Array(inputs);
      slopes(...values).forEach((factor, operand) => {
        entries[operand]!.slope.forEach((entry, i) => (slope[i]! += factor * entry));
      });
      return { value: f(...values), slope };
    });
  const compare = (holds: (a: number, b: number) => boolean) =>
    elementwise((a, b) => fixed(holds(a.value, b.value) ? 1 : 0));
  const backend: TensorBackend<Tensor> = {
    capabilities: {
      interfaceVersion,
      name: 'dual',
      precision: 64,
      execution: 'eager',
      reads: 'sync',
      largestExactInteger: 2 ** 53,
    },
    read: (x) => x.data.map(({ value }) => value),
    shape: (x) => x.shape,
    constant: (values, shape) => {
      const data = typeof values === 'number' ? [fixed(values)] : Array.from(values, fixed);
      return { shape: shape ?? (typeof values === 'number' ? [] : [data.length]), data };
    },
    add: smooth((a, b) => a + b, { slopes: () => [1, 1] }),
    subtract: smooth((a, b) => a - b, { slopes: () => [1, -1] }),
    multiply: smooth((a, b) => a * b, { slopes: (a, b) => [b, a] }),
    divide: smooth((a, b) => a / b, { slopes: (a, b) => [1 / b, -a / b ** 2] }),
    relu: smooth((x) => Math.max(x, 0), { slopes: (x) => [x > 0 ? 1 : 0] }),
    exp: smooth(Math.exp, { slopes: (x) => [Math.exp(x)] }),
    log: smooth(Math.log, { slopes: (x) => [1 / x] }),
    greater: compare((a, b) => a > b),
    equal: compare((a, b) => a === b),
    where: elementwise((mask, a, b) => (mask.value === 1 ? a : b)),
    sum: (x, axes) => {
      const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const data = Array.from({ length: sizeOf(shape) }, () => fixed(0));
      x.data.forEach(({ value, slope }, i) => {
        const place = sourceOf(shape, x.shape, i);
        const sum = data[place]!;
        data[place] = { value: sum.value + value, slope: sum.slope.map((entry, k) => entry + slope[k]!) };
      });
      return { shape, data };
    },
    reshape: (x, shape) => {
      const inferred = -x.data.length / sizeOf(shape);
      return { shape: shape.map((length) => (length === -1 ? inferred : length)), data: x.data };
    },
    transpose: (x, permutation) => {
      const shape = permutation.map((axis) => x.shape[axis]!);
      const strides = permutation.map((axis) => sizeOf(x.shape.slice(axis + 1)));
      const data = x.data.map((_, i) => {
        let [index, rest] = [0, i];
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          index += strides[axis]! * (rest % shape[axis]!);
          rest = Math.floor(rest / shape[axis]!);
        }
        return x.data[index]!;
      });
      return { shape, data };
    },
    softmax: (x, axis) => backend.exp(backend.logSoftmax(x, axis)),
    logSoftmax: (x, axis) => {
      const shape = x.shape.map((length, each) => (each === axis ? 1 : length));
      const largest = new Array<number>(sizeOf(shape)).fill(-Infinity);
      x.data.forEach(({ value }, i) => {
        const place = sourceOf(shape, x.shape, i);
        largest[place] = Math.max(largest[place]!, value);
      });
      const centred = backend.subtract(x, backend.constant(largest, shape));
      return backend.subtract(centred, backend.log(backend.sum(backend.exp(centred), [axis])));
    },
    stopGradient: elementwise((entry) => fixed(entry.value)),
    jaccardWeights: (errors, foreground, valid) => {
      const mask = elementwise((_, entry) => entry)(errors, valid);
      const pixels = errors.shape.at(-1)!;
      const data: Dual[] = [];
      for (let start = 0; start < errors.data.length; start += pixels) {
        const row = (x: Tensor) => x.data.slice(start, start + pixels).map(({ value }) => value);
        data.push(...Array.from(jaccardWeights(row(errors), row(foreground), row(mask)), fixed));
      }
      return { shape: errors.shape, data };
    },
  };
  return backend;
}

testConformance(
  { describe, test },
  {
    name: 'dual numbers',
    evaluate: (loss, input, labels) => {
      const size = input.data.length;
      const backend = createBackend(size);
      const slopeOf = (i: number) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0));
      const data = Array.from(input.data, (value, i) => ({ value, slope: slopeOf(i) }));
      const result = loss(backend, { shape: input.shape, data }, backend.constant(labels.data, labels.shape));
      const { value, slope } = result.data[0]!;
      return { value, gradient: slope };
    },
  },
  { tolerance: { value: 1e-12, gradient: 1e-12 }, maxPixels: 1000 },
);
