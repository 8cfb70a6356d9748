import type { GraphWriter } from '../graph/graph-writer.js';
import type { AttributeSchema } from '../graph/attributes.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import { noGradient, type Operator } from '../graph/operator.js';
import { roundHalfToEven } from './round-half-to-even.js';

/** What the derivative of an elementwise function may be made of. */
interface Point {
  readonly graph: GraphWriter;
  readonly node: Node;
  readonly x: Value;
  readonly y: Value;
  readonly cotangent: Value;
}

/** An elementwise function of one tensor: its value in plain numbers, and its vector-Jacobian product. */
function unary(
  name: string,
  compute: (x: number, node: Node) => number,
  gradient?: (point: Point) => Value,
  attributes: Readonly<Record<string, AttributeSchema>> = {},
): Operator {
  return {
    name,
    inputs: [1, 1],
    attributes,
    infer: (node) => [node.input(0).type],
    evaluate: (node, [x]) => [{ shape: x!.shape, data: x!.data.map((entry) => compute(entry, node)) }],
    gradient:
      gradient === undefined
        ? noGradient
        : ({ graph, node, cotangent }) => [
            gradient({ graph, node, x: node.input(0), y: node.output(), cotangent }),
          ],
  };
}

/** A function that ONNX Runtime computes in place where it can. */
const inPlace = (operator: Operator): Operator => ({ ...operator, buffers: overwritesFirst });

/** An elementwise function that is written as others: no kernel of its own is needed for its gradient. */
function composite(
  name: string,
  attributes: Readonly<Record<string, AttributeSchema>>,
  rewrite: (graph: GraphWriter, x: Value, node: Node) => Value,
): Operator {
  return {
    name,
    inputs: [1, 1],
    attributes,
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => [rewrite(graph, node.input(0), node)],
  };
}

/** Adapts a rewriting into graph nodes to a derivative that is applied to the cotangent. */
const times =
  (derivative: (point: Point) => Value) =>
  (point: Point): Value =>
    point.graph.multiply(point.cotangent, derivative(point));

const errorFunction = (x: number): number => {
  // Series near zero, continued fraction further out: both to double precision.
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
      if (n > 200) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (magnitude + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (magnitude + fraction));
};

/** The cotangent where a condition holds, else 0. A product with a mask takes about half the time of Where. */
const gate = (graph: GraphWriter, open: Value, cotangent: Value): Value =>
  graph.multiply(cotangent, graph.cast(open, cotangent.dataType));

/** x·σ(αx) */
const swish = (graph: GraphWriter, x: Value, node: Node): Value =>
  graph.multiply(x, graph.only('Sigmoid', [graph.multiply(x, node.float('alpha'))]));

const elu: Operator = inPlace(
  unary(
    'Elu',
    (x, node) => (x > 0 ? x : node.float('alpha') * Math.expm1(x)),
    // For x ≤ 0 the derivative α·eˣ is y + α.
    ({ graph, node, x, y, cotangent }) =>
      graph.multiply(cotangent, graph.where(graph.greater(x, 0), 1, graph.add(y, node.float('alpha')))),
    { alpha: ['float', 1] },
  ),
);

export const unaryOperators: readonly Operator[] = [
  inPlace(
    unary(
      'Neg',
      (x) => -x,
      ({ graph, cotangent }) => graph.negate(cotangent),
    ),
  ),
  // The derivative at 0 is 0, as sign(0).
  inPlace(
    unary(
      'Abs',
      Math.abs,
      times(({ graph, x }) => graph.only('Sign', [x])),
    ),
  ),
  unary('Sign', Math.sign),
  {
    name: 'IsNaN',
    inputs: [1, 1],
    infer: (node) => [{ dataType: 'bool', shape: node.input(0).shape }],
    evaluate: (_, [x]) => [{ shape: x!.shape, data: x!.data.map((entry) => (Number.isNaN(entry) ? 1 : 0)) }],
    gradient: noGradient,
  },
  {
    name: 'IsInf',
    inputs: [1, 1],
    attributes: { detect_negative: ['int', 1], detect_positive: ['int', 1] },
    infer: (node) => [{ dataType: 'bool', shape: node.input(0).shape }],
    evaluate: (node, [x]) => [
      {
        shape: x!.shape,
        data: x!.data.map((entry) =>
          (entry === Infinity && node.int('detect_positive') === 1) ||
          (entry === -Infinity && node.int('detect_negative') === 1)
            ? 1
            : 0,
        ),
      },
    ],
    gradient: noGradient,
  },
  inPlace(unary('Floor', Math.floor)),
  inPlace(unary('Ceil', Math.ceil)),
  unary('Round', roundHalfToEven),
  inPlace(
    unary(
      'Exp',
      Math.exp,
      times(({ y }) => y),
    ),
  ),
  inPlace(unary('Log', Math.log, ({ graph, x, cotangent }) => graph.divide(cotangent, x))),
  inPlace(
    unary('Sqrt', Math.sqrt, ({ graph, y, cotangent }) => graph.divide(cotangent, graph.multiply(y, 2))),
  ),
  inPlace(
    unary(
      'Reciprocal',
      (x) => 1 / x,
      times(({ graph, y }) => graph.negate(graph.multiply(y, y))),
    ),
  ),
  unary(
    'Sin',
    Math.sin,
    times(({ graph, x }) => graph.only('Cos', [x])),
  ),
  unary(
    'Cos',
    Math.cos,
    times(({ graph, x }) => graph.negate(graph.only('Sin', [x]))),
  ),
  inPlace(
    unary(
      'Tanh',
      Math.tanh,
      times(({ graph, y }) => graph.subtract(1, graph.multiply(y, y))),
    ),
  ),
  unary(
    'Tan',
    Math.tan,
    times(({ graph, y }) => graph.add(graph.multiply(y, y), 1)),
  ),
  unary('Asin', Math.asin, ({ graph, x, cotangent }) =>
    graph.divide(cotangent, graph.sqrt(graph.subtract(1, graph.multiply(x, x)))),
  ),
  unary('Acos', Math.acos, ({ graph, x, cotangent }) =>
    graph.negate(graph.divide(cotangent, graph.sqrt(graph.subtract(1, graph.multiply(x, x))))),
  ),
  unary('Atan', Math.atan, ({ graph, x, cotangent }) =>
    graph.divide(cotangent, graph.add(graph.multiply(x, x), 1)),
  ),
  unary(
    'Sinh',
    Math.sinh,
    times(({ graph, x }) => graph.only('Cosh', [x])),
  ),
  unary(
    'Cosh',
    Math.cosh,
    times(({ graph, x }) => graph.only('Sinh', [x])),
  ),
  unary('Asinh', Math.asinh, ({ graph, x, cotangent }) =>
    graph.divide(cotangent, graph.sqrt(graph.add(graph.multiply(x, x), 1))),
  ),
  unary('Acosh', Math.acosh, ({ graph, x, cotangent }) =>
    graph.divide(cotangent, graph.sqrt(graph.subtract(graph.multiply(x, x), 1))),
  ),
  unary('Atanh', Math.atanh, ({ graph, x, cotangent }) =>
    graph.divide(cotangent, graph.subtract(1, graph.multiply(x, x))),
  ),
  unary(
    'Erf',
    errorFunction,
    times(({ graph, x }) =>
      graph.multiply(graph.exp(graph.negate(graph.multiply(x, x))), 2 / Math.sqrt(Math.PI)),
    ),
  ),
  inPlace(
    unary(
      'Sigmoid',
      (x) => 1 / (1 + Math.exp(-x)),
      times(({ graph, y }) => graph.multiply(y, graph.subtract(1, y))),
    ),
  ),
  // log(1 + eˣ) without overflow.
  inPlace(
    unary(
      'Softplus',
      (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
      times(({ graph, x }) => graph.only('Sigmoid', [x])),
    ),
  ),
  // The derivative at 0 is 0, as in PyTorch.
  inPlace(
    unary(
      'Relu',
      (x) => Math.max(x, 0),
      ({ graph, y, cotangent }) => gate(graph, graph.greater(y, 0), cotangent),
    ),
  ),
  // At 0 as below 0, as in PyTorch.
  inPlace(
    unary(
      'LeakyRelu',
      (x, node) => (x < 0 ? x * node.float('alpha') : x),
      ({ graph, node, x, cotangent }) =>
        graph.add(
          cotangent,
          graph.multiply(
            gate(graph, graph.only('LessOrEqual', [x, graph.constant(0, [], x.dataType)]), cotangent),
            node.float('alpha') - 1,
          ),
        ),
      { alpha: ['float', 0.01] },
    ),
  ),
  elu,
  inPlace(
    unary(
      'HardSigmoid',
      (x, node) => Math.max(0, Math.min(1, node.float('alpha') * x + node.float('beta'))),
      ({ graph, node, y, cotangent }) =>
        gate(
          graph,
          graph.only('And', [graph.greater(y, 0), graph.less(y, 1)]),
          graph.multiply(cotangent, node.float('alpha')),
        ),
      { alpha: ['float', 0.2], beta: ['float', 0.5] },
    ),
  ),
  composite(
    'Selu',
    { alpha: ['float', 1.6732632423543772], gamma: ['float', 1.0507009873554805] },
    (graph, x, node) =>
      graph.multiply(graph.only('Elu', [x], { alpha: node.float('alpha') }), node.float('gamma')),
  ),
  // max(0, x) + min(0, α·(e^(x/α) − 1)) is an Elu on another scale.
  composite('Celu', { alpha: ['float', 1] }, (graph, x, node) =>
    graph.multiply(graph.only('Elu', [graph.divide(x, node.float('alpha'))]), node.float('alpha')),
  ),
  composite('ThresholdedRelu', { alpha: ['float', 1] }, (graph, x, node) =>
    graph.where(graph.greater(x, node.float('alpha')), x, 0),
  ),
  composite('Shrink', { bias: ['float', 0], lambd: ['float', 0.5] }, (graph, x, node) => {
    const [bias, limit] = [node.float('bias'), node.float('lambd')];
    const high = graph.where(graph.greater(x, limit), graph.subtract(x, bias), 0);
    return graph.where(graph.less(x, -limit), graph.add(x, bias), high);
  }),
  // x·Φ(x), or its approximation by tanh.
  composite('Gelu', { approximate: ['string', 'none'] }, (graph, x, node) => {
    const approximation = node.text('approximate');
    if (approximation !== 'none' && approximation !== 'tanh') {
      throw node.error(`approximate is '${approximation}', expected none or tanh`);
    }
    const cube = graph.multiply(graph.multiply(x, x), x);
    const bent =
      approximation === 'none'
        ? graph.only('Erf', [graph.multiply(x, Math.SQRT1_2)])
        : graph.only('Tanh', [
            graph.multiply(graph.add(x, graph.multiply(cube, 0.044715)), Math.sqrt(2 / Math.PI)),
          ]);
    return graph.multiply(graph.multiply(x, 0.5), graph.add(bent, 1));
  }),
  composite('Swish', { alpha: ['float', 1] }, (graph, x, node) => swish(graph, x, node)),
  {
    name: 'SwiGLU',
    inputs: [2, 2],
    attributes: { alpha: ['float', 1] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => [graph.multiply(swish(graph, node.input(0), node), node.input(1))],
  },
  composite('HardSwish', {}, (graph, x) =>
    graph.multiply(x, graph.only('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 })),
  ),
  composite('Softsign', {}, (graph, x) => graph.divide(x, graph.add(graph.abs(x), 1))),
  composite('Mish', {}, (graph, x) => graph.multiply(x, graph.only('Tanh', [graph.only('Softplus', [x])]))),
];
