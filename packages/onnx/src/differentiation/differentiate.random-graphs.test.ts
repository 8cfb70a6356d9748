import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from './differentiate.js';
import { interpret } from '../graph/interpret.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Numbers } from '../graph/operator.js';
import { flatLength, layOut, unflatten } from '../training/flat-vector.js';
import { randomNumbers } from '../graph/random-numbers.fixture.js';

/** How many graphs are tried: more with `LOVASZ_RANDOM_GRAPHS=5000`, others with `LOVASZ_RANDOM_SEED=2`. */
const numRuns = Number(process.env['LOVASZ_RANDOM_GRAPHS'] ?? 150);
const seed = Number(process.env['LOVASZ_RANDOM_SEED'] ?? 1);

/** One step in writing a graph: which operator, on which of the values so far, and numbers that decide the rest. */
interface Step {
  readonly kind: number;
  readonly operands: readonly number[];
  readonly choices: readonly number[];
}

interface Plan {
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
  readonly entries: number;
}

const length = fc.integer({ min: 1, max: 3 });
const natural = fc.nat({ max: 1e6 });
const plans: fc.Arbitrary<Plan> = fc.record({
  shapes: fc.array(fc.array(length, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
  steps: fc.array(
    fc.record({
      kind: natural,
      operands: fc.array(natural, { minLength: 3, maxLength: 3 }),
      choices: fc.array(natural, { minLength: 8, maxLength: 8 }),
    }),
    { minLength: 4, maxLength: 10 },
  ),
  entries: natural,
});

/** Uniform in (−1, 1), the same on every run. */
function signedNumbers(seed: number): () => number {
  const random = randomNumbers(seed);
  return () => 2 * random() - 1;
}

/** What a step may use: the graph, its operands, and its choices one after the other. */
class Pen {
  private place = 0;

  constructor(
    readonly graph: GraphBuilder,
    readonly a: Value,
    readonly b: Value,
    readonly c: Value,
    private readonly choices: readonly number[],
  ) {}

  /** A number in [0, count). */
  pick(count: number): number {
    return this.choices[this.place++ % this.choices.length]! % count;
  }

  axisOf(x: Value): number {
    return this.pick(x.rank);
  }

  /** Some axes, at least one. */
  axesOf(x: Value): number[] {
    const mask = 1 + this.pick(2 ** x.rank - 1);
    return x.shape.flatMap((_, axis) => ((mask >> axis) % 2 === 1 ? [axis] : []));
  }

  /** A tensor of that shape made of entries of x, some of them perhaps several times. */
  shaped(x: Value, ...shape: number[]): Value {
    const size = sizeOf(x.shape);
    const [start, stride] = [this.pick(size), 1 + this.pick(5)];
    const places = Array.from({ length: sizeOf(shape) }, (_, entry) => (start + entry * stride) % size);
    const flat = this.graph.reshape(x, [size]);
    return this.graph.only('Gather', [flat, this.graph.constant(places, shape, 'int64')], { axis: 0 });
  }

  /** A tensor that broadcasts against x: some of its axes have length 1, and the first may be missing. */
  broadcastable(x: Value, from: Value): Value {
    const mask = this.pick(2 ** x.rank);
    const shape = x.shape.map((each, axis) => ((mask >> axis) % 2 === 1 ? 1 : each));
    return this.shaped(from, ...shape.slice(this.pick(2)));
  }

  image(x: Value): Value {
    return this.shaped(x, 1 + this.pick(2), 2, 2 + this.pick(3), 3);
  }

  axes(...places: number[]): Value {
    return this.graph.integers(places);
  }
}

/** Keeps numbers in a range in which differences are exact. */
const tame = ({ graph }: Pen, x: Value): Value => graph.only('Tanh', [x]);

const unary =
  (operator: string, attributes: Record<string, number> = {}) =>
  (pen: Pen): Value =>
    pen.graph.only(operator, [pen.a], attributes);
const binary =
  (operator: string) =>
  (pen: Pen): Value => {
    const other = pen.broadcastable(pen.a, pen.b);
    return pen.graph.only(operator, pen.pick(2) === 0 ? [pen.a, other] : [other, pen.a]);
  };
const reduction =
  (operator: string) =>
  (pen: Pen): Value =>
    pen.graph.only(operator, [pen.a, pen.axes(...pen.axesOf(pen.a))], { keepdims: pen.pick(2) });
const pool =
  (operator: string, attributes: Record<string, number> = {}) =>
  (pen: Pen): Value =>
    pen.graph.only(operator, [pen.image(pen.a)], {
      kernel_shape: [2, 2],
      strides: [1 + pen.pick(2), 1 + pen.pick(2)],
      pads: [pen.pick(2), 0, 0, pen.pick(2)],
      ceil_mode: pen.pick(2),
      ...attributes,
    });

const kinds: readonly ((pen: Pen) => Value)[] = [
  ...['Neg', 'Abs', 'Sin', 'Cos', 'Tanh', 'Sigmoid', 'Softplus', 'Relu', 'Erf', 'Atan', 'Mish', 'Gelu'].map(
    (name) => unary(name),
  ),
  unary('LeakyRelu', { alpha: 0.3 }),
  unary('Elu', { alpha: 0.7 }),
  ...['Add', 'Sub', 'Max', 'Min'].map(binary),
  (pen) => tame(pen, binary('Mul')(pen)),
  (pen) => tame(pen, pen.graph.exp(pen.a)),
  ({ graph, a }) => graph.log(graph.add(graph.multiply(a, a), 0.5)),
  (pen) => {
    const divisor = pen.broadcastable(pen.a, pen.b);
    return pen.graph.divide(pen.a, pen.graph.add(pen.graph.multiply(divisor, divisor), 0.7));
  },
  (pen) =>
    tame(pen, pen.graph.power(pen.graph.add(pen.graph.abs(pen.a), 0.5), pen.broadcastable(pen.a, pen.b))),
  (pen) =>
    pen.graph.where(
      pen.graph.greater(pen.broadcastable(pen.a, pen.b), 0),
      pen.a,
      pen.broadcastable(pen.a, pen.c),
    ),
  ...['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2', 'ReduceLogSumExp'].map(reduction),
  (pen) => tame(pen, reduction('ReduceSum')(pen)),
  (pen) => tame(pen, reduction('ReduceProd')(pen)),
  (pen) => tame(pen, reduction('ReduceSumSquare')(pen)),
  (pen) => pen.graph.only('Softmax', [pen.a], { axis: pen.axisOf(pen.a) }),
  (pen) => pen.graph.only('LogSoftmax', [pen.a], { axis: pen.axisOf(pen.a) }),
  (pen) =>
    pen.graph.only('CumSum', [pen.a, pen.axes(pen.axisOf(pen.a))], {
      reverse: pen.pick(2),
      exclusive: pen.pick(2),
    }),
  (pen) => pen.graph.reshape(pen.a, [pen.a.shape[0]!, sizeOf(pen.a.shape.slice(1))]),
  (pen) => {
    const turn = pen.axisOf(pen.a);
    const axes = pen.a.shape.map((_, axis) => (axis + turn) % pen.a.rank);
    return pen.graph.transpose(pen.a, axes);
  },
  (pen) => {
    const axis = pen.axisOf(pen.a);
    return pen.graph.slice(pen.a, { starts: [-1], ends: [-99], axes: [axis], steps: [-1 - pen.pick(2)] });
  },
  (pen) => {
    const axis = pen.axisOf(pen.a);
    const shape = pen.a.shape.map((each, place) => (place === axis ? 2 : each));
    return pen.graph.concat([pen.a, pen.shaped(pen.b, ...shape), pen.a], axis);
  },
  (pen) => {
    const pads = Array.from({ length: 2 * pen.a.rank }, () => pen.pick(2));
    const mode = ['constant', 'edge', 'wrap'][pen.pick(3)]!;
    return pen.graph.only('Pad', [pen.a, pen.axes(...pads)], { mode });
  },
  (pen) => pen.graph.expand(pen.shaped(pen.a, 1, 2), [2 + pen.pick(2), 2]),
  (pen) =>
    pen.graph.only('Tile', [
      pen.a,
      pen.axes(...pen.a.shape.map((_, axis) => 1 + (axis === 0 ? pen.pick(2) : 0))),
    ]),
  (pen) => {
    const axis = pen.axisOf(pen.a);
    const count = 1 + pen.pick(pen.a.shape[axis]!);
    return pen.graph.only('TopK', [pen.a, pen.axes(count)], { axis, largest: pen.pick(2) });
  },
  (pen) => tame(pen, pen.graph.matmul(pen.shaped(pen.a, 2, 1, 3), pen.shaped(pen.b, 2, 3, 2))),
  (pen) =>
    tame(
      pen,
      pen.graph.only('Gemm', [pen.shaped(pen.a, 3, 2), pen.shaped(pen.b, 3, 4), pen.shaped(pen.c, 4)], {
        transA: 1,
        alpha: 0.5,
      }),
    ),
  (pen) =>
    tame(
      pen,
      pen.graph.only('Einsum', [pen.shaped(pen.a, 2, 3), pen.shaped(pen.b, 3, 2, 2)], {
        equation: 'ij,jkk->ki',
      }),
    ),
  (pen) => {
    const x = pen.image(pen.a);
    const group = 1 + pen.pick(2);
    const weight = pen.shaped(pen.b, 2, 2 / group, 2, 2);
    const attributes = {
      group,
      strides: [1 + pen.pick(2), 1],
      dilations: [1, 1 + pen.pick(2)],
      pads: [pen.pick(2), 1, 1, 0],
    };
    return tame(pen, pen.graph.conv(x, weight, pen.shaped(pen.c, 2), attributes));
  },
  (pen) => {
    const x = pen.image(pen.a);
    const weight = pen.shaped(pen.b, 2, 1, 2, 2);
    const strides = [1 + pen.pick(2), 2];
    return tame(
      pen,
      pen.graph.convTranspose(x, weight, undefined, { group: 2, strides, output_padding: [0, pen.pick(2)] }),
    );
  },
  pool('MaxPool'),
  pool('AveragePool', { count_include_pad: 1 }),
  pool('AveragePool'),
  (pen) => pen.graph.only('GlobalAveragePool', [pen.image(pen.a)]),
  (pen) => {
    const mode = ['linear', 'cubic'][pen.pick(2)]!;
    const sizes = pen.axes(1, 1, 2 + pen.pick(3), 4);
    return pen.graph.only('Resize', [pen.shaped(pen.a, 1, 1, 3, 2), undefined, undefined, sizes], {
      mode,
      coordinate_transformation_mode: ['half_pixel', 'align_corners'][pen.pick(2)]!,
    });
  },
  (pen) =>
    tame(
      pen,
      pen.graph.only(
        'InstanceNormalization',
        [pen.image(pen.a), pen.shaped(pen.b, 2), pen.shaped(pen.c, 2)],
        { epsilon: 0.3 },
      ),
    ),
  (pen) =>
    tame(
      pen,
      pen.graph.only(
        'LayerNormalization',
        [pen.shaped(pen.a, 2, 4), pen.shaped(pen.b, 4), pen.shaped(pen.c, 4)],
        { epsilon: 0.3 },
      ),
    ),
  (pen) => pen.graph.only('DepthToSpace', [pen.shaped(pen.a, 1, 4, 2, 1)], { blocksize: 2 }),
  (pen) => pen.graph.only('PRelu', [pen.image(pen.a), pen.shaped(pen.b, 2, 1, 1)]),
  (pen) =>
    pen.graph.only('GRU', [
      pen.shaped(pen.a, 2, 1, 2),
      pen.shaped(pen.b, 1, 6, 2),
      pen.shaped(pen.c, 1, 6, 2),
    ]),
  (pen) =>
    pen.graph.only('ScatterElements', [pen.shaped(pen.a, 4), pen.axes(1, 3, 1), pen.shaped(pen.b, 3)], {
      reduction: 'add',
    }),
];

interface Written {
  readonly graph: GraphBuilder;
  /** The one input, and the values that are cut out of it, by which is differentiated. */
  readonly vector: Value;
  readonly parts: readonly Value[];
  readonly loss: Value;
  readonly operators: readonly string[];
}

/** The graph of a plan; its loss weighs the entries of every value, so that each is used, most of them twice. */
function write({ shapes, steps, entries }: Plan): Written {
  const graph = new GraphBuilder();
  const layout = layOut(shapes.map((shape, place) => ({ name: `x${place}`, shape })));
  const vector = graph.input('parameters', 'float64', [flatLength(layout)]);
  const parts = unflatten(graph, vector, layout);
  const values: Value[] = [...parts];
  for (const { kind, operands, choices } of steps) {
    const [a, b, c] = operands.map((place) => values[place % values.length]!) as [Value, Value, Value];
    const y = kinds[kind % kinds.length]!(new Pen(graph, a, b, c, choices));
    if (sizeOf(y.shape) <= 64) values.push(y.rank === 0 ? graph.reshape(y, [1]) : y);
  }
  const random = signedNumbers(entries);
  const loss = values
    .map((value) => {
      const weights = Float64Array.from({ length: sizeOf(value.shape) }, random);
      const weighted = graph.multiply(value, graph.constant(weights, value.shape, 'float64'));
      return graph.sum(
        weighted,
        value.shape.map((_, axis) => axis),
        false,
      );
    })
    .reduce((sum, term) => graph.add(sum, term));
  return { graph, vector, parts, loss, operators: graph.nodes.map(({ operator }) => operator.name) };
}

/** The largest error of a gradient relative to the largest derivative, leaving out entries at a kink. */
function gradientError({ graph, vector, parts, loss }: Written, entries: number): number {
  const random = signedNumbers(entries + 1);
  const data = Float64Array.from({ length: sizeOf(vector.shape) }, random);
  const feeds = new Map<Value, Numbers>([[vector, { shape: vector.shape, data }]]);
  const lossNow = (): number => interpret([loss], feeds)[0]!.data[0]!;
  const gradients = interpret(differentiate(graph, loss, parts), feeds).flatMap((each) => [...each.data]);
  const step = 1e-5;
  const middle = lossNow();
  const compared = Array.from(data, (entry, place) => {
    const at = (value: number): number => {
      data[place] = value;
      return lossNow();
    };
    const [down, up] = [at(entry - step), at(entry + step)];
    data[place] = entry;
    return {
      difference: (up - down) / (2 * step),
      bend: Math.abs(up - 2 * middle + down) / step,
      gradient: gradients[place]!,
    };
  });
  const scale = Math.max(...compared.map(({ difference }) => Math.abs(difference)), 0.1);
  // A smooth function bends by step · f″; at a kink, the one-sided differences are apart by as much as the slopes.
  const smooth = compared.filter(({ bend }) => bend < 0.01 * scale);
  return Math.max(0, ...smooth.map(({ difference, gradient }) => Math.abs(gradient - difference) / scale));
}

test(
  'gradients of random graphs agree with central differences',
  () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const written = write(plan);
        const error = gradientError(written, plan.entries);
        if (!(error < 1e-6)) throw new Error(`error ${error} of ${written.operators.join(' ')}`);
      }),
      { numRuns, seed },
    );
  },
  Math.max(60_000, numRuns * 500),
);

test('the graphs are as random as they should be: every kind of step is taken', () => {
  const taken = new Set<number>();
  for (const { steps } of fc.sample(plans, { numRuns: 150, seed: 1 })) {
    for (const { kind } of steps) taken.add(kind % kinds.length);
  }
  expect(taken.size).toBe(kinds.length);
});
