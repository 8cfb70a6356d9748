import {
  interfaceVersion,
  referenceTensor,
  type TensorBackend,
  type Values,
  valueAndGradient,
} from '@lovasz/core';
import type { BackendLoss } from '../adapter.js';
import { ConformanceError } from '../conformance-error.js';
import type { ConformanceContext, ConformanceTest } from '../conformance-test.js';
import { expectEvaluation, expectNear, expectThat } from '../expectations.js';
import { randomNumbers } from '../random.js';

/** An operation on the differentiated input x and on whole numbers y. Undefined where the backend does not offer it. */
type Operation = <T>(backend: TensorBackend<T>, x: T, y: T) => T | undefined;

interface Case {
  readonly what: string;
  readonly operation: Operation;
  readonly x: Values;
  readonly y: Values;
}

const values = (shape: readonly number[], data: readonly number[]): Values => ({ data, shape });

/** Numbers of either sign, none of them near 0 or whole. */
const matrix = values([2, 3], [0.5, -1.25, 2.125, 1.375, 0.25, -0.75]);
const row = values([3], [1.5, -2.25, 0.75]);
const column = values([2, 1], [0.625, -1.75]);
const block = values(
  [2, 3, 2],
  [0.5, -1.25, 2.125, 1.375, 0.25, -0.75, -0.375, 1.125, 0.875, -2.5, 1.625, 0.125],
);
/** Whole numbers, none of them 0. */
const wholeMatrix = values([2, 3], [1, -2, 3, 2, 1, -1]);
const wholeRow = values([3], [2, -1, 3]);

const cases: Record<string, readonly Case[]> = {};

/** Every way in which two operands broadcast. */
for (const [name, operation] of Object.entries({
  add: (backend, a, b) => backend.add(a, b),
  subtract: (backend, a, b) => backend.subtract(a, b),
  multiply: (backend, a, b) => backend.multiply(a, b),
  divide: (backend, a, b) => backend.divide(a, b),
  greater: (backend, a, b) => backend.greater(a, b),
} satisfies Record<string, <T>(backend: TensorBackend<T>, a: T, b: T) => T>) as [
  string,
  <T>(backend: TensorBackend<T>, a: T, b: T) => T,
][]) {
  const swapped: Operation = (backend, x, y) => operation(backend, y, x);
  cases[name] = [
    { what: 'of equal shapes', operation, x: matrix, y: wholeMatrix },
    { what: 'of equal shapes, swapped', operation: swapped, x: matrix, y: wholeMatrix },
    { what: 'with a row', operation, x: matrix, y: wholeRow },
    { what: 'of a row', operation, x: row, y: wholeMatrix },
    { what: 'by a row', operation: swapped, x: row, y: wholeMatrix },
    { what: 'of a column and a row', operation, x: column, y: wholeRow },
    { what: 'of a row and a column', operation: swapped, x: column, y: wholeRow },
    { what: 'with a scalar', operation: (b, x) => operation(b, x, b.constant(1.5)), x: matrix, y: wholeRow },
    { what: 'of a scalar', operation: (b, x) => operation(b, b.constant(1.5), x), x: matrix, y: wholeRow },
    { what: 'with itself', operation: (b, x) => operation(b, x, x), x: matrix, y: wholeRow },
  ];
}

const zeros = values([5], [-1.5, 0, -0, 2.5, 0.25]);
const counts = values([5], [-1, 0, 0, 2, 1]);
Object.assign(cases, {
  shape: [
    {
      what: 'of input, labels and constants',
      operation: (backend, x, y) => {
        const shapes = [
          x,
          y,
          backend.constant(1),
          backend.constant([1, 2]),
          backend.constant([1, 2], [2, 1]),
        ];
        expectShapes(
          shapes.map((each) => backend.shape(each)),
          [[2, 3, 2], [3], [], [2], [2, 1]],
        );
        return x;
      },
      x: block,
      y: wholeRow,
    },
  ],
  constant: [
    {
      what: 'of a number, a list, a typed array, and entries in rows',
      operation: (backend, x) =>
        [
          backend.constant(3),
          backend.constant([1, 2, 3]),
          backend.constant(Float32Array.of(0.5, 0.25, -1)),
          backend.constant([1, 2, 3, 4, 5, 6], [2, 3]),
        ].reduce((sum, each) => backend.add(sum, each), x),
      x: matrix,
      y: wholeRow,
    },
  ],
  equal: [
    {
      what: 'of masks',
      operation: (backend, _, y) => backend.equal(y, backend.constant(1)),
      x: matrix,
      y: wholeMatrix,
    },
    {
      what: 'by broadcasting',
      operation: (backend, x, y) => backend.equal(x, y),
      x: column,
      y: values([3], [1, 2, 3]),
    },
    {
      what: 'at 0 and −0',
      operation: (backend, x) => backend.equal(x, backend.constant(0)),
      x: zeros,
      y: counts,
    },
    {
      what: 'of what is differentiated',
      operation: (backend, x) => backend.equal(x, x),
      x: matrix,
      y: wholeRow,
    },
  ],
  relu: [{ what: 'with derivative 0 at 0', operation: (backend, x) => backend.relu(x), x: zeros, y: counts }],
  exp: [
    { what: 'near 0', operation: (backend, x) => backend.exp(x), x: matrix, y: wholeRow },
    {
      what: 'far below 0',
      operation: (backend, x) => backend.exp(x),
      x: values([2], [-300, -1]),
      y: wholeRow,
    },
  ],
  log: [
    {
      what: 'of positive numbers',
      operation: (backend, x) => backend.log(x),
      x: values([4], [0.125, 1, 1.5, 12]),
      y: wholeRow,
    },
  ],
  where: [
    {
      what: 'of equal shapes',
      operation: (backend, x, y) =>
        backend.where(backend.equal(y, backend.constant(1)), x, backend.multiply(x, x)),
      x: matrix,
      y: wholeMatrix,
    },
    {
      what: 'by broadcasting the mask',
      operation: (backend, x) => backend.where(backend.constant([1, 0], [2, 1]), x, backend.constant(2)),
      x: row,
      y: wholeRow,
    },
    {
      what: 'by broadcasting what is not taken',
      operation: (backend, x) =>
        backend.where(backend.constant([1, 0, 1]), backend.constant([1, 2], [2, 1]), x),
      x: column,
      y: wholeRow,
    },
    {
      what: 'without the NaN that is not taken',
      operation: (backend, x, y) => {
        const mask = backend.equal(y, backend.constant(1));
        const other = backend.where(mask, backend.constant(NaN), backend.multiply(x, backend.constant(2)));
        return backend.where(mask, x, other);
      },
      x: matrix,
      y: wholeMatrix,
    },
  ],
  sum: [[0], [1], [2], [0, 2], [0, 1, 2]].map((axes) => ({
    what: `over [${axes.join(', ')}]`,
    operation: (backend, x) => backend.sum(x, axes),
    x: block,
    y: wholeRow,
  })),
  reshape: [[12], [3, 4], [-1, 6], [2, -1, 1], [1, 2, 3, 2]].map((shape) => ({
    what: `to [${shape.join(', ')}]`,
    operation: (backend, x) => backend.reshape(x, shape),
    x: block,
    y: wholeRow,
  })),
  transpose: [
    [0, 2, 1],
    [1, 2, 0],
    [2, 0, 1],
  ].map((permutation) => ({
    what: `by [${permutation.join(', ')}]`,
    operation: (backend, x) => backend.transpose(x, permutation),
    x: block,
    y: wholeRow,
  })),
  softmax: [0, 1, 2, 'far' as const].map((axis) => ({
    what: axis === 'far' ? 'of scores far apart' : `along axis ${axis}`,
    operation: (backend, x) => backend.softmax(x, axis === 'far' ? 1 : axis),
    x: axis === 'far' ? values([2, 3], [1000, 0, -1000, -500, -500.5, -499]) : block,
    y: wholeRow,
  })),
  logSoftmax: [0, 1, 2, 'far' as const].map((axis) => ({
    what: axis === 'far' ? 'of scores far apart' : `along axis ${axis}`,
    operation: (backend, x) => backend.logSoftmax(x, axis === 'far' ? 1 : axis),
    x: axis === 'far' ? values([2, 3], [1000, 0, -1000, -500, -500.5, -499]) : block,
    y: wholeRow,
  })),
  stopGradient: [
    {
      what: 'of one factor',
      operation: (backend, x) => backend.multiply(x, backend.stopGradient(x)),
      x: matrix,
      y: wholeRow,
    },
  ],
  'sorting.sortDescending': [
    {
      what: 'values',
      operation: (backend, _, y) => backend.sorting?.sortDescending(y).values,
      x: matrix,
      y: wholeMatrix,
    },
    {
      what: 'indices, equal values in their order',
      operation: ({ sorting, ...backend }, _, y) =>
        sorting?.gather(backend.constant([1, 2, 3, 4, 5, 6], [2, 3]), sorting.sortDescending(y).indices),
      x: matrix,
      y: values([2, 3], [1, 3, 3, 2, 2, 5]),
    },
  ],
  'sorting.cumulativeSum': [
    {
      what: 'of rows',
      operation: (backend, _, y) => backend.sorting?.cumulativeSum(y),
      x: matrix,
      y: wholeMatrix,
    },
  ],
  'sorting.gather': [
    {
      what: 'of rows',
      operation: ({ sorting }, _, y) => sorting?.gather(y, sorting.sortDescending(y).indices),
      x: matrix,
      y: wholeMatrix,
    },
  ],
  'sorting.scatter': [
    {
      what: 'of rows',
      operation: ({ sorting }, _, y) => sorting?.scatter(y, sorting.sortDescending(y).indices),
      x: matrix,
      y: wholeMatrix,
    },
  ],
  'counting.sqrt': [
    {
      what: 'of numbers ≥ 0',
      operation: (backend, _, y) => backend.counting?.sqrt(y),
      x: row,
      y: values([4], [0, 1, 2, 9]),
    },
  ],
  'counting.floor': [
    {
      what: 'of numbers ≥ 0',
      operation: (backend, _, y) => backend.counting?.floor(backend.divide(y, backend.constant(4))),
      x: row,
      y: values([5], [0, 3, 8, 11, 262_143]),
    },
  ],
  'counting.scatterAdd': [[2, 3], [3], [2, 1], []].map((shape) => ({
    what: `of shape [${shape.join(', ')}]`,
    operation: (backend, _, y) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const added = backend.constant(
        Array.from({ length: size }, (__, i) => i + 1),
        shape,
      );
      return backend.counting?.scatterAdd(added, y, 5);
    },
    x: matrix,
    y: values([2, 3], [0, 4, 0, 1, 1, 1]),
  })),
  'counting.suffixSum': [
    {
      what: 'of rows',
      operation: (backend, _, y) => backend.counting?.suffixSum(y),
      x: matrix,
      y: wholeMatrix,
    },
  ],
  'counting.gather': [
    {
      what: 'from a table for each row',
      operation: (backend, _, y) =>
        backend.counting?.gather(backend.constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]), y),
      x: matrix,
      y: values([2, 3], [0, 3, 0, 1, 1, 1]),
    },
  ],
} satisfies Record<string, readonly Case[]>);

/**
 * Σ of the entries of the result, each with its own factor, and of those of x: derivative 1 of what is constant.
 *
 * @param isMissing is called when the backend does not offer the operation.
 */
function lossOf({ operation }: Case, shape: readonly number[], isMissing = (): void => {}): BackendLoss {
  const random = randomNumbers(31);
  const size = shape.reduce((product, length) => product * length, 1);
  // Multiples of 1/64, which every format of numbers holds.
  const factors = Array.from({ length: size }, () => Math.round(32 + 64 * random()) / 64);
  return (backend, x, y) => {
    const result = operation(backend, x, y);
    const all = (each: typeof x) => backend.sum(backend.reshape(each, [-1]), [0]);
    const sum = all(x);
    if (result === undefined) {
      isMissing();
      return backend.reshape(sum, []);
    }
    expectShapes([backend.shape(result)], [shape]);
    return backend.reshape(
      backend.add(sum, all(backend.multiply(backend.reshape(result, [-1]), backend.constant(factors)))),
      [],
    );
  };
}

function expectShapes(
  found: readonly (readonly unknown[])[],
  expected: readonly (readonly number[])[],
): void {
  const text = (shapes: typeof found) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
  expectThat(text(found) === text(expected), () => `shape is ${text(found)}; expected ${text(expected)}`);
}

async function agreesWithReference({ adapter, options }: ConformanceContext, each: Case): Promise<void> {
  const labels = referenceTensor(each.y.data, each.y.shape);
  let shape: readonly number[] = [];
  const input = [referenceTensor(each.x.data, each.x.shape)];
  valueAndGradient((backend, x) => {
    const result = each.operation(backend, x!, labels)!;
    ({ shape } = result);
    return backend.reshape(backend.sum(backend.reshape(result, [-1]), [0]), []);
  }, input);
  let isOffered = true;
  const loss = lossOf(each, shape, () => (isOffered = false));
  const found = await adapter.evaluate(loss, each.x, each.y);
  if (!isOffered) return;
  const expected = valueAndGradient((backend, x) => loss(backend, x!, labels), input);
  const evaluation = { value: expected.value, gradient: expected.gradients[0]!.data };
  expectEvaluation(found, evaluation, options, each.what);
}

const tests: Record<string, (context: ConformanceContext) => Promise<void>> = {
  'capabilities say what is true': async ({ adapter }) => {
    const read = async <T>(backend: TensorBackend<T>): Promise<void> => {
      const { capabilities } = backend;
      const isOne = (name: keyof typeof capabilities, ...accepted: readonly unknown[]) =>
        expectThat(accepted.includes(capabilities[name]), () => {
          return `${name} is ${JSON.stringify(capabilities[name])}; expected ${accepted.join(' or ')}`;
        });
      isOne('interfaceVersion', interfaceVersion);
      isOne('precision', 16, 32, 64);
      isOne('execution', 'eager', 'symbolic');
      isOne('reads', 'none', 'sync', 'async');
      const { name, largestExactInteger, reads } = capabilities;
      expectThat(
        typeof name === 'string' && name !== '',
        () => `name is ${JSON.stringify(name)}; expected a text`,
      );
      expectThat(Number.isInteger(largestExactInteger) && largestExactInteger > 0, () => {
        return `largestExactInteger is ${largestExactInteger}; expected a positive integer`;
      });
      expectThat((backend.read === undefined) === (reads === 'none'), () => {
        return `reads is "${reads}", and read is ${backend.read === undefined ? 'missing' : 'there'}`;
      });
      if (backend.read === undefined) return;
      const doubled = backend.add(backend.constant([1, 2, 3, 4, 5, 6], [2, 3]), backend.constant([1, 2, 3]));
      const pending = backend.read(doubled);
      expectThat('then' in pending === (reads === 'async'), () => {
        return `reads is "${reads}", and read returns ${'then' in pending ? 'a promise' : 'entries'}`;
      });
      const entries = await pending;
      const expected = [2, 4, 6, 5, 7, 9];
      expectThat(entries.length === 6, () => `read gives ${entries.length} entries; expected 6`);
      expected.forEach((entry, i) => expectNear(entries[i]!, entry, 1e-6 * entry, `entry ${i} that is read`));
    };
    let reading: Promise<void> | undefined;
    await adapter.evaluate(
      (backend, x) => {
        reading = read(backend);
        // What is wrong is known by the rejection that is awaited below.
        reading.catch(() => undefined);
        return backend.reshape(backend.sum(x, [0]), []);
      },
      row,
      wholeRow,
    );
    if (reading === undefined) throw new ConformanceError('evaluate did not call the loss');
    await reading;
  },
};

for (const [name, ofOperation] of Object.entries(cases)) {
  tests[`${name} has its values, shapes and derivatives`] = async (context) => {
    for (const each of ofOperation) await agreesWithReference(context, each);
  };
}

/** Every member of the tensor interface by itself: values, shapes, broadcasting, derivatives and kinks. */
export const operationTests: readonly ConformanceTest[] = Object.entries(tests).map(([name, run]) => ({
  name,
  run,
}));
