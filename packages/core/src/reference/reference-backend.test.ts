import { describe, expect, test } from '@jest/globals';
import type { TensorBackend } from '../backend/tensor-backend.js';
import { referenceBackend as backend } from './reference-backend.js';
import { type ReferenceTensor, referenceTensor } from './reference-tensor.js';
import { valueAndGradient } from './value-and-gradient.js';

const matrix = referenceTensor([0.5, -1.2, 2.1, 1.4, 0.3, -0.7], [2, 3]);
const row = referenceTensor([1.5, -2.5, 0.8], [3]);
const column = referenceTensor([0.6, -1.7], [2, 1]);
const positive = referenceTensor([0.5, 1.2, 2.1, 1.4, 0.3, 0.7], [2, 3]);
const mask = referenceTensor([1, 0, 1], [3]);

type Operation = (backend: TensorBackend<ReferenceTensor>, ...operands: ReferenceTensor[]) => ReferenceTensor;

function values(operation: Operation, ...operands: ReferenceTensor[]) {
  const { shape, data } = operation(backend, ...operands);
  return { shape, data: Array.from(data, (value) => Number(value.toFixed(12))) };
}

describe('values', () => {
  test.each<[string, Operation, ReferenceTensor[], number[], number[]]>([
    ['add', (b, x, y) => b.add(x!, y!), [row, column], [2, 3], [2.1, -1.9, 1.4, -0.2, -4.2, -0.9]],
    ['subtract', (b, x, y) => b.subtract(x!, y!), [row, column], [2, 3], [0.9, -3.1, 0.2, 3.2, -0.8, 2.5]],
    ['multiply', (b, x, y) => b.multiply(x!, y!), [row, mask], [3], [1.5, 0, 0.8]],
    ['divide', (b, x, y) => b.divide(x!, y!), [row, referenceTensor(2)], [3], [0.75, -1.25, 0.4]],
    ['relu', (b, x) => b.relu(x!), [row], [3], [1.5, 0, 0.8]],
    ['exp', (b, x) => b.exp(x!), [referenceTensor([0, Math.LN2])], [2], [1, 2]],
    ['log', (b, x) => b.log(x!), [referenceTensor([1, Math.E])], [2], [0, 1]],
    ['greater', (b, x, y) => b.greater(x!, y!), [row, referenceTensor(0.8)], [3], [1, 0, 0]],
    ['equal', (b, x, y) => b.equal(x!, y!), [row, referenceTensor(0.8)], [3], [0, 0, 1]],
    [
      'where',
      (b, m, x, y) => b.where(m!, x!, y!),
      [mask, row, column],
      [2, 3],
      [1.5, 0.6, 0.8, 1.5, -1.7, 0.8],
    ],
    ['sum by rows', (b, x) => b.sum(x!, [1]), [matrix], [2, 1], [1.4, 1]],
    ['sum by columns', (b, x) => b.sum(x!, [0]), [matrix], [1, 3], [1.9, -0.9, 1.4]],
    ['sum of all', (b, x) => b.sum(x!, [0, 1]), [matrix], [1, 1], [2.4]],
    ['reshape', (b, x) => b.reshape(x!, [3, -1]), [matrix], [3, 2], [0.5, -1.2, 2.1, 1.4, 0.3, -0.7]],
    ['transpose', (b, x) => b.transpose(x!, [1, 0]), [matrix], [3, 2], [0.5, 1.4, -1.2, 0.3, 2.1, -0.7]],
    ['softmax', (b, x) => b.softmax(x!, 0), [referenceTensor([0, Math.log(3)])], [2], [0.25, 0.75]],
  ])('%s', (_, operation, operands, shape, data) => {
    expect(values(operation, ...operands)).toEqual({ shape, data });
  });

  test('softmax and logSoftmax do not overflow', () => {
    const x = referenceTensor([1000, 0, -1000], [1, 3]);
    expect(Array.from(backend.softmax(x, 1).data)).toEqual([1, 0, 0]);
    expect(Array.from(backend.logSoftmax(x, 1).data)).toEqual([0, -1000, -2000]);
  });

  test('softmax and logSoftmax of equal far entries are those of near ones', () => {
    const x = referenceTensor([0, 3e38, 3e38], [1, 3]);
    expect(Array.from(backend.softmax(x, 1).data)).toEqual([0, 0.5, 0.5]);
    expect(Array.from(backend.logSoftmax(x, 1).data.slice(1))).toEqual([-Math.log(2), -Math.log(2)]);
  });

  test('softmax sums to 1 along its axis', () => {
    expect(values((b, x) => b.sum(b.softmax(x!, 0), [0]), matrix).data).toEqual([1, 1, 1]);
    expect(values((b, x) => b.sum(b.exp(b.logSoftmax(x!, 1)), [1]), matrix).data).toEqual([1, 1]);
  });

  test('what where does not take has no influence', () => {
    const x = referenceTensor([0, 4]);
    const { value, gradients } = valueAndGradient(
      (b, v) => {
        const inverse = b.divide(b.constant(1), v!);
        return b.sum(b.where(b.greater(v!, b.constant(0)), inverse, b.constant(7)), [0]);
      },
      [x],
    );
    expect(value).toBe(7.25);
    expect(gradients[0]!.data[1]).toBe(-1 / 16);
  });
});

describe('gradients agree with central differences', () => {
  const cases: readonly [string, Operation, readonly ReferenceTensor[]][] = [
    ['add', (b, x, y) => b.add(x!, y!), [row, column]],
    ['subtract', (b, x, y) => b.subtract(x!, y!), [column, row]],
    ['multiply', (b, x, y) => b.multiply(x!, y!), [matrix, row]],
    ['divide', (b, x, y) => b.divide(x!, y!), [column, matrix]],
    ['relu', (b, x) => b.relu(x!), [matrix]],
    ['exp', (b, x) => b.exp(x!), [matrix]],
    ['log', (b, x) => b.log(x!), [positive]],
    ['where', (b, x, y) => b.where(b.constant([1, 0, 1]), x!, y!), [matrix, column]],
    ['sum', (b, x) => b.sum(x!, [0]), [matrix]],
    ['reshape', (b, x) => b.reshape(x!, [3, 2]), [matrix]],
    ['transpose', (b, x) => b.transpose(x!, [1, 0]), [matrix]],
    ['softmax', (b, x) => b.softmax(x!, 1), [matrix]],
    ['logSoftmax', (b, x) => b.logSoftmax(x!, 0), [matrix]],
  ];

  test.each(cases)('%s', (_, operation, operands) => {
    // Unequal factors, so that a share at the wrong entry shows.
    const loss: Operation = (b, ...tensors) => {
      const result = operation(b, ...tensors);
      const flat = b.reshape(result, [-1]);
      return b.sum(b.multiply(flat, b.constant(result.data.map((_, i) => 1 + 0.3 * i))), [0]);
    };
    const { gradients } = valueAndGradient(loss, operands);
    const step = 1e-6;
    operands.forEach((operand, index) => {
      operand.data.forEach((entry, i) => {
        const [above, below] = [entry + step, entry - step].map((moved) => {
          const shifted = operands.map((each, k) =>
            k === index ? referenceTensor(each.data.with(i, moved), each.shape) : each,
          );
          return loss(backend, ...shifted).data[0]!;
        });
        expect(gradients[index]!.data[i]).toBeCloseTo((above! - below!) / (2 * step), 7);
      });
    });
  });

  test('relu has derivative 0 at 0', () => {
    const { gradients } = valueAndGradient((b, x) => b.relu(x!), [referenceTensor(0)]);
    expect(gradients[0]!.data[0]).toBe(0);
  });
});

describe('sorting', () => {
  const x = referenceTensor([1, 3, 2, 5, 5, 0], [2, 3]);
  const { sorting } = backend;

  test('sorts each row in decreasing order, equal values in theirs', () => {
    const { values: sorted, indices } = sorting!.sortDescending(x);
    expect(Array.from(sorted.data)).toEqual([3, 2, 1, 5, 5, 0]);
    expect(Array.from(indices.data)).toEqual([1, 2, 0, 0, 1, 2]);
  });

  test('scatter undoes gather', () => {
    const { values: sorted, indices } = sorting!.sortDescending(x);
    expect(sorting!.gather(x, indices)).toEqual(sorted);
    expect(sorting!.scatter(sorted, indices)).toEqual(x);
  });

  test('sums run within each row', () => {
    expect(Array.from(sorting!.cumulativeSum(x).data)).toEqual([1, 4, 6, 5, 10, 10]);
  });
});

describe('counting', () => {
  const { counting } = backend;
  const indices = referenceTensor([0, 3, 0, 1, 1, 1], [2, 3]);

  test('adds what broadcasts into tables, one for each row', () => {
    const tables = counting!.scatterAdd(referenceTensor([1, 2, 5]), indices, 4);
    expect(tables.shape).toEqual([2, 4]);
    expect(Array.from(tables.data)).toEqual([6, 0, 0, 2, 0, 8, 0, 0]);
  });

  test('looks up in the table of the row', () => {
    const tables = referenceTensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    const found = counting!.gather(tables, indices);
    expect(found.shape).toEqual([2, 3]);
    expect(Array.from(found.data)).toEqual([1, 4, 1, 6, 6, 6]);
  });

  test('sums run from the end of each row', () => {
    const sums = counting!.suffixSum(referenceTensor([1, 2, 3, 4, 5, 6], [2, 3]));
    expect(Array.from(sums.data)).toEqual([6, 5, 3, 15, 11, 6]);
  });

  test('roots and whole numbers', () => {
    expect(Array.from(counting!.sqrt(referenceTensor([4, 2.25])).data)).toEqual([2, 1.5]);
    expect(Array.from(counting!.floor(referenceTensor([4, 2.75])).data)).toEqual([4, 2]);
  });
});

test('entries are read in row-major order', () => {
  expect(backend.read!(matrix)).toBe(matrix.data);
});

test('an impossible shape is named', () => {
  expect(() => backend.reshape(matrix, [4, -1])).toThrow(new RangeError('cannot reshape [2, 3] to [4, -1]'));
});
