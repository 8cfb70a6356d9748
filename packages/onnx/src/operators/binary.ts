import { isFloatingPoint, type DataType } from '../graph/data-type.js';
import type { InputRole } from '../graph/input-role.js';
import type { Node } from '../graph/node.js';
import type { Value, ValueType } from '../graph/value.js';
import type { GraphWriter } from '../graph/graph-writer.js';
import { broadcastAxes, broadcastShapes } from '../shapes/broadcast.js';
import { mapBroadcast } from './evaluate-broadcast.js';
import { overwritesEither, overwritesFirst } from '../graph/kernel-buffers.js';
import { noGradient, type Operator } from '../graph/operator.js';

/** The broadcast type of all inputs, which must share their data type. */
function inferBroadcast(node: Node, inputs: readonly Value[], dataType?: DataType): ValueType {
  const first = inputs[0]!;
  for (const input of inputs) {
    if (input.dataType !== first.dataType) {
      throw node.error(
        `inputs are of types ${inputs.map((each) => each.dataType).join(' and ')}, expected one type`,
      );
    }
  }
  const shape = broadcastShapes(...inputs.map((input) => input.shape));
  if (shape === undefined) {
    throw node.error(
      `shapes ${inputs.map((input) => `[${input.shape.join(', ')}]`).join(' and ')} do not broadcast`,
    );
  }
  return { dataType: dataType ?? first.dataType, shape };
}

/** Sums a gradient over the axes along which its operand was repeated. */
export function sumToShape(graph: GraphWriter, gradient: Value, shape: readonly number[]): Value {
  const axes = broadcastAxes(shape, gradient.shape);
  const summed = graph.sum(gradient, axes);
  return summed.rank === shape.length ? summed : graph.reshape(summed, shape);
}

interface Pair {
  readonly graph: GraphWriter;
  readonly a: Value;
  readonly b: Value;
  readonly y: Value;
  readonly cotangent: Value;
}

function binary(
  name: string,
  compute: (a: number, b: number) => number,
  gradients?: readonly [(pair: Pair) => Value, (pair: Pair) => Value],
  dataType?: DataType,
): Operator {
  return {
    name,
    inputs: [2, 2],
    infer: (node) => [inferBroadcast(node, [node.input(0), node.input(1)], dataType)],
    evaluate: (_, [a, b]) => [mapBroadcast([a!, b!], compute)],
    gradient:
      gradients === undefined
        ? noGradient
        : ({ graph, node, cotangent, needs }) => {
            const [a, b, y] = [node.input(0), node.input(1), node.output()];
            const pair = { graph, a, b, y, cotangent };
            return [a, b].map((operand, position) =>
              needs(position) ? sumToShape(graph, gradients[position]!(pair), operand.shape) : undefined,
            );
          },
  };
}

/** Arithmetic of two operands of one role, which ONNX Runtime computes in place of either where it can. */
const arithmetic = (role: InputRole, operator: Operator): Operator => ({
  ...operator,
  roles: [role, role],
  buffers: overwritesEither,
});

/** Max and Min of any number of inputs, lowered to pairs. Ties split evenly between the two, as PyTorch's do. */
function extremum(name: 'Max' | 'Min', compute: (a: number, b: number) => number): Operator {
  const wins = (graph: GraphWriter, a: Value, b: Value): Value =>
    name === 'Max' ? graph.greater(a, b) : graph.less(a, b);
  const share = (mine: 'a' | 'b') => (pair: Pair) => {
    const { graph, a, b, cotangent } = pair;
    const [own, other] = mine === 'a' ? [a, b] : [b, a];
    const tie = graph.multiply(graph.cast(graph.equal(own, other), cotangent.dataType), 0.5);
    return graph.multiply(cotangent, graph.add(graph.cast(wins(graph, own, other), cotangent.dataType), tie));
  };
  const pair = binary(name, compute, [share('a'), share('b')]);
  return {
    ...pair,
    inputs: [1, Infinity],
    infer: (node) => [
      inferBroadcast(
        node,
        node.inputs.map((_, position) => node.input(position)),
      ),
    ],
    evaluate: (_, inputs) => [
      mapBroadcast(
        inputs.map((input) => input!),
        (...values) => values.reduce((a, b) => compute(a, b)),
      ),
    ],
    rewrite: (graph, node) => {
      const [first, ...others] = node.inputs.map((_, position) => node.input(position));
      if (others.length === 1) return undefined;
      return [others.reduce((result, other) => graph.only(name, [result, other]), first!)];
    },
  };
}

/** Sum and Mean of any number of inputs. */
function total(name: 'Sum' | 'Mean'): Operator {
  return {
    name,
    inputs: [1, Infinity],
    infer: (node) => [
      inferBroadcast(
        node,
        node.inputs.map((_, position) => node.input(position)),
      ),
    ],
    rewrite: (graph, node) => {
      const sum = node.inputs.map((_, position) => node.input(position)).reduce((a, b) => graph.add(a, b));
      return [name === 'Sum' ? sum : graph.divide(sum, node.inputs.length)];
    },
  };
}

const isConstant = (value: Value, entry: number): boolean =>
  value.constant !== undefined &&
  value.constant.data.length === 1 &&
  Number(value.constant.data[0]) === entry;

/** `x ∘ 1 = x` where nothing else is done: shape and type stay. */
function withIdentity(operator: Operator, neutral: number, sides: readonly (0 | 1)[]): Operator {
  return {
    ...operator,
    rewrite: (_, node) => {
      for (const side of sides) {
        const kept = node.input(side === 0 ? 1 : 0);
        const dropped = node.input(side);
        if (isConstant(dropped, neutral) && dropped.rank <= kept.rank) return [kept];
      }
      return undefined;
    },
  };
}

const comparison = (name: string, compute: (a: number, b: number) => boolean): Operator =>
  binary(name, (a, b) => (compute(a, b) ? 1 : 0), undefined, 'bool');

/** The remainder with the sign of the divisor. */
function flooredRest(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/** The remainder: with the sign of the dividend when `fmod` is 1, else with that of the divisor. */
const modulo: Operator = {
  ...binary('Mod', (a, b) => a % b, [
    ({ cotangent }) => cotangent,
    // a − b·trunc(a/b); the truncation is piecewise constant.
    ({ graph, a, b, y, cotangent }) =>
      graph.negate(graph.multiply(cotangent, graph.only('Round', [graph.divide(graph.subtract(a, y), b)]))),
  ]),
  attributes: { fmod: ['int', 0] },
  // Runtimes have the second kind for integers only.
  rewrite: (graph, node) => {
    const [a, b] = [node.input(0), node.input(1)];
    if (node.int('fmod') === 1 || !isFloatingPoint(a.dataType)) return undefined;
    const rest = graph.only('Mod', [a, b], { fmod: 1 });
    // The rest of a sign other than the divisor's is short of one divisor.
    const short = graph.only('And', [
      graph.not(graph.equal(rest, 0)),
      graph.only('Xor', [graph.less(rest, 0), graph.less(b, 0)]),
    ]);
    return [graph.add(rest, graph.where(short, b, 0))];
  },
  evaluate: (node, [a, b]) => [
    mapBroadcast([a!, b!], node.int('fmod') === 1 ? (x, y) => x % y : flooredRest),
  ],
};

export const binaryOperators: readonly Operator[] = [
  withIdentity(
    arithmetic(
      'term',
      binary('Add', (a, b) => a + b, [({ cotangent }) => cotangent, ({ cotangent }) => cotangent]),
    ),
    0,
    [0, 1],
  ),
  withIdentity(
    arithmetic(
      'term',
      binary('Sub', (a, b) => a - b, [
        ({ cotangent }) => cotangent,
        ({ graph, cotangent }) => graph.negate(cotangent),
      ]),
    ),
    0,
    [1],
  ),
  withIdentity(
    arithmetic(
      'factor',
      binary('Mul', (a, b) => a * b, [
        ({ graph, b, cotangent }) => graph.multiply(cotangent, b),
        ({ graph, a, cotangent }) => graph.multiply(cotangent, a),
      ]),
    ),
    1,
    [0, 1],
  ),
  withIdentity(
    {
      ...arithmetic(
        'factor',
        binary('Div', (a, b) => a / b, [
          ({ graph, b, cotangent }) => graph.divide(cotangent, b),
          // Summed to the divisor's shape before the division, which is then small where the divisor was repeated.
          ({ graph, b, y, cotangent }) =>
            graph.negate(graph.divide(sumToShape(graph, graph.multiply(cotangent, y), b.shape), b)),
        ]),
      ),
      // Division of integers rounds towards zero.
      evaluate: (node, [a, b]) => [
        mapBroadcast([a!, b!], (x, y) =>
          node.input(0).dataType.startsWith('float') ? x / y : Math.trunc(x / y),
        ),
      ],
    },
    1,
    [1],
  ),
  {
    ...binary('Pow', Math.pow, [
      ({ graph, a, b, cotangent }) =>
        graph.multiply(cotangent, graph.multiply(b, graph.power(a, graph.subtract(b, 1)))),
      // 0^b has derivative 0 in b, where log 0 would give NaN.
      ({ graph, a, y, cotangent }) => {
        const positive = graph.greater(a, 0);
        return graph.multiply(cotangent, graph.multiply(y, graph.log(graph.where(positive, a, 1))));
      },
    ]),
    // The exponent may be of another type.
    infer: (node) => {
      const shape = broadcastShapes(node.input(0).shape, node.input(1).shape);
      if (shape === undefined) {
        throw node.error(
          `shapes [${node.input(0).shape.join(', ')}] and [${node.input(1).shape.join(', ')}] do not broadcast`,
        );
      }
      return [{ dataType: node.input(0).dataType, shape }];
    },
    rewrite: (graph, node) => {
      const [x, exponent] = [node.input(0), node.input(1)];
      if (exponent.dataType !== x.dataType) return [graph.power(x, graph.cast(exponent, x.dataType))];
      if (exponent.rank > x.rank) return undefined;
      if (isConstant(exponent, 1)) return [x];
      if (isConstant(exponent, 2)) return [graph.multiply(x, x)];
      if (isConstant(exponent, 0.5)) return [graph.sqrt(x)];
      return undefined;
    },
  },
  modulo,
  extremum('Max', Math.max),
  extremum('Min', Math.min),
  total('Sum'),
  total('Mean'),
  comparison('Equal', (a, b) => a === b),
  comparison('Greater', (a, b) => a > b),
  comparison('GreaterOrEqual', (a, b) => a >= b),
  comparison('Less', (a, b) => a < b),
  comparison('LessOrEqual', (a, b) => a <= b),
  comparison('And', (a, b) => a !== 0 && b !== 0),
  comparison('Or', (a, b) => a !== 0 || b !== 0),
  comparison('Xor', (a, b) => (a !== 0) !== (b !== 0)),
  {
    name: 'Not',
    inputs: [1, 1],
    buffers: overwritesFirst,
    infer: (node) => [node.input(0).type],
    evaluate: (_, [x]) => [{ shape: x!.shape, data: x!.data.map((entry) => (entry === 0 ? 1 : 0)) }],
    gradient: noGradient,
  },
  {
    name: 'Where',
    inputs: [3, 3],
    infer: (node) => {
      const type = inferBroadcast(node, [node.input(1), node.input(2)]);
      const shape = broadcastShapes(type.shape, node.input(0).shape);
      if (shape === undefined)
        throw node.error(
          `condition [${node.input(0).shape.join(', ')}] does not broadcast with [${type.shape.join(', ')}]`,
        );
      return [{ dataType: type.dataType, shape }];
    },
    evaluate: (_, [condition, a, b]) => [mapBroadcast([condition!, a!, b!], (c, x, y) => (c !== 0 ? x : y))],
    gradient: ({ graph, node, cotangent, needs }) => [
      undefined,
      needs(1) ? sumToShape(graph, graph.where(node.input(0), cotangent, 0), node.input(1).shape) : undefined,
      needs(2) ? sumToShape(graph, graph.where(node.input(0), 0, cotangent), node.input(2).shape) : undefined,
    ],
  },
  {
    name: 'PRelu',
    inputs: [2, 2],
    roles: [undefined, 'slope'],
    infer: (node) => [node.input(0).type],
    evaluate: (_, [x, slope]) => [mapBroadcast([x!, slope!], (a, b) => (a < 0 ? a * b : a))],
    // With n the cotangent where x ≤ 0 (at 0 as in PyTorch): dx = dy + (slope − 1)·n and dslope = Σ n·x.
    gradient: ({ graph, node, cotangent, needs }) => {
      const [x, slope] = [node.input(0), node.input(1)];
      const negative = graph.multiply(
        cotangent,
        graph.cast(graph.only('LessOrEqual', [x, graph.constant(0, [], x.dataType)]), x.dataType),
      );
      return [
        needs(0) ? graph.add(cotangent, graph.multiply(negative, graph.subtract(slope, 1))) : undefined,
        needs(1) ? sumToShape(graph, graph.multiply(negative, x), slope.shape) : undefined,
      ];
    },
  },
];
