import { expect, jest, test } from '@jest/globals';
import type { Operator } from '../graph/operator.js';
import { randomOperators } from './random.js';

/** y = w·x², entry by entry: an operator that is known nowhere but in the list of its family. */
const weightedSquare: Operator = {
  name: 'WeightedSquare',
  inputs: [2, 2],
  roles: [undefined, 'weight'],
  attributes: { power: ['int', 2] },
  infer: (node) => {
    const [x, weight] = [node.input(0), node.input(1)];
    if (x.rank !== weight.rank) throw node.error(`the weight is of rank ${weight.rank}, expected ${x.rank}`);
    return [x.type];
  },
  evaluate: (_, [x, weight]) => [
    { shape: x!.shape, data: x!.data.map((entry, place) => weight!.data[place]! * entry ** 2) },
  ],
  multiplyAdds: (node) => 2 * node.input(0).shape[0]!,
  gradient: ({ graph, node, cotangent }) => {
    const [x, weight] = [node.input(0), node.input(1)];
    return [
      graph.multiply(cotangent, graph.multiply(2, graph.multiply(weight, x))),
      graph.multiply(cotangent, graph.multiply(x, x)),
    ];
  },
};

// The one file that adding it touches. All others are as they are.
jest.unstable_mockModule('./random.js', () => ({ randomOperators: [...randomOperators, weightedSquare] }));
const { GraphBuilder } = await import('../graph-builder.js');
const { differentiate } = await import('../differentiation/differentiate.js');
const { interpret } = await import('../graph/interpret.js');
const { numbersOf } = await import('../graph/tensor.js');
const { inspectGraph } = await import('../inspection/inspect-graph.js');
const { inspectModel } = await import('../inspection/inspect-model.js');
const { decodeModel } = await import('../model/decode-model.js');
const { encodeModel, modelBytes } = await import('../model/encode-model.js');
const { importModel } = await import('../model/import-model.js');
const { networkLayout } = await import('../training/network.js');
const { summarizeOperators } = await import('./registry.js');

/** The file of a network that has the operator, whose weight has a name that no parameter has by itself. */
function written(attributes = {}): ReturnType<typeof decodeModel> {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [3]);
  const weight = graph.constantTensor(
    { dataType: 'float32', shape: [3], data: Float32Array.of(1, 2, 4) },
    'onnx::WeightedSquare_7',
  );
  const y = graph.only('WeightedSquare', [x, weight], attributes);
  return decodeModel(modelBytes(encodeModel({ name: 'n', inputs: [x], outputs: [{ name: 'y', value: y }] })));
}

test('it is written, read, shaped and computed', () => {
  const model = written();
  expect(model.graph!.node.map(({ opType }) => opType)).toEqual(['WeightedSquare']);
  const { inputs, outputs } = importModel(model);
  const [{ value: y }] = outputs as [(typeof outputs)[number]];
  expect(y.type).toEqual({ dataType: 'float32', shape: [3] });
  const x = { shape: [3], data: Float64Array.of(1, 2, 3) };
  expect(interpret([y], new Map([[inputs[0]!, x]]))[0]!.data).toEqual(Float64Array.of(1, 8, 36));
});

test('its inputs and attributes are checked where it is read', () => {
  const one = written();
  one.graph!.node[0]!.input.pop();
  expect(() => importModel(one)).toThrow("WeightedSquare 'y': input 1 is missing");
  const other = written({ power: 2 });
  other.graph!.node[0]!.attribute[0]!.name = 'exponent';
  expect(() => importModel(other)).toThrow(/WeightedSquare.*'exponent'/);
  const graph = new GraphBuilder();
  const matrix = graph.input('matrix', 'float32', [3, 1]);
  expect(() => graph.only('WeightedSquare', [graph.input('x', 'float32', [3]), matrix])).toThrow(
    'WeightedSquare: the weight is of rank 2, expected 1',
  );
});

test('it is computed in advance where its inputs are known, and shared where it stands twice', () => {
  const graph = new GraphBuilder();
  const known = graph.only('WeightedSquare', [graph.constant([3]), graph.constant([2])]);
  expect(numbersOf(known.constant!)).toEqual(Float64Array.of(18));
  const x = graph.input('x', 'float32', [1]);
  expect(graph.only('WeightedSquare', [x, known])).toBe(graph.only('WeightedSquare', [x, known]));
});

test('it is differentiated', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2]);
  const weight = graph.input('weight', 'float32', [2]);
  const loss = graph.sum(graph.only('WeightedSquare', [x, weight]), [0], false);
  const gradients = differentiate(graph, loss, [x, weight]);
  const fed = new Map([
    [x, { shape: [2], data: Float64Array.of(3, 5) }],
    [weight, { shape: [2], data: Float64Array.of(2, -1) }],
  ]);
  const [dx, dweight] = interpret(gradients, fed);
  expect(dx!.data).toEqual(Float64Array.of(12, -10));
  expect(dweight!.data).toEqual(Float64Array.of(9, 25));
});

test('what it reads as a weight is trained, and inspection names it so', () => {
  const model = written();
  expect(networkLayout(model).parameters).toMatchObject([{ name: 'onnx::WeightedSquare_7', shape: [3] }]);
  expect(inspectModel(model)).toMatchObject({
    parameters: { kinds: [{ kind: 'WeightedSquare weight', numbers: 3 }] },
    operators: [{ name: 'WeightedSquare', support: 'rule' }],
  });
  expect(inspectGraph(modelBytes(model)).flops).toBe(12);
  expect(summarizeOperators()).toContainEqual({
    name: 'WeightedSquare',
    gradient: 'rule',
    attributes: ['power'],
  });
});
