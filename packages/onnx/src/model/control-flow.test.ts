import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { differentiate } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import { dataTypeNumbers, type DataType } from '../graph/data-type.js';
import { tensorOf } from '../graph/tensor.js';
import { encodeTensor } from './encode-model.js';
import { importModel } from './import-model.js';

const integer = (name: string, i: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(i) });
const integers = (name: string, ...ints: number[]): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: ints.map(BigInt) });
const body = (name: string, g: GraphProto): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g });

const node = (opType: string, input: string[], output: string[], ...attribute: AttributeProto[]): NodeProto =>
  create(NodeProtoSchema, { opType, name: `the ${opType}`, input, output, attribute });

const info = (name: string, dataType: DataType, ...shape: number[]): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: dataTypeNumbers[dataType],
          shape: create(TensorShapeProtoSchema, {
            dim: shape.map((length) =>
              create(TensorShapeProto_DimensionSchema, {
                value: { case: 'dimValue', value: BigInt(length) },
              }),
            ),
          }),
        }),
      },
    }),
  });
const named = (name: string): ValueInfoProto => create(ValueInfoProtoSchema, { name });

const graph = (
  nodes: NodeProto[],
  inputs: ValueInfoProto[],
  outputs: string[],
  initializer: TensorProto[] = [],
): GraphProto =>
  create(GraphProtoSchema, { node: nodes, input: inputs, output: outputs.map(named), initializer });

const model = (graphProto: GraphProto, opset = 18): ModelProto =>
  create(ModelProtoSchema, {
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
    graph: graphProto,
  });

const constant = (name: string, dataType: DataType, ...values: number[]): TensorProto =>
  encodeTensor(tensorOf(dataType, [values.length], values), name);
const scalar = (name: string, dataType: DataType, value: number): TensorProto =>
  encodeTensor(tensorOf(dataType, [], [value]), name);

/** The outputs, and the gradient of the sum of the last one with respect to each real input. */
function run(proto: ModelProto, feeds: Record<string, number[]>) {
  const { graph: builder, inputs, outputs } = importModel(proto);
  const numbers = new Map(
    inputs.map((input) => [input, { shape: input.shape, data: Float64Array.from(feeds[input.name!]!) }]),
  );
  const last = outputs.at(-1)!.value;
  const variables = inputs.filter((input) => input.dataType === 'float32');
  const gradients =
    last.dataType === 'float32'
      ? differentiate(
          builder,
          builder.sum(
            last,
            last.shape.map((_, axis) => axis),
            false,
          ),
          variables,
        )
      : [];
  const found = interpret([...outputs.map(({ value }) => value), ...gradients], numbers).map(({ data }) =>
    [...data].map((entry) => entry + 0),
  );
  return {
    operators: new Set(builder.nodes.map(({ operator }) => operator.name)),
    outputs: found.slice(0, outputs.length),
    gradients: found.slice(outputs.length),
  };
}

describe('a branch that data decides', () => {
  const choosing = (condition: string, then: GraphProto, otherwise: GraphProto): NodeProto =>
    node('If', [condition], ['y'], body('then_branch', then), body('else_branch', otherwise));
  /** y = √x where the sum is positive, else x². */
  const rootOrSquare = model(
    graph(
      [
        node('ReduceSum', ['x'], ['total'], integer('keepdims', 0)),
        node('Greater', ['total', 'zero'], ['positive']),
        choosing(
          'positive',
          graph([node('Sqrt', ['x'], ['root'])], [], ['root']),
          graph([node('Mul', ['x', 'x'], ['square'])], [], ['square']),
        ),
      ],
      [info('x', 'float32', 2)],
      ['y'],
      [scalar('zero', 'float32', 0)],
    ),
  );

  test('gives its values and its gradient', () => {
    const { outputs, gradients } = run(rootOrSquare, { x: [4, 16] });
    expect(outputs).toEqual([[2, 4]]);
    expect(gradients).toEqual([[0.25, 0.125]]);
  });

  test('is not touched by NaN in the other one', () => {
    const { outputs, gradients } = run(rootOrSquare, { x: [-4, 0] });
    expect(outputs).toEqual([[16, 0]]);
    expect(gradients).toEqual([[-8, 0]]);
  });

  test('may give truth values', () => {
    const either = (condition: number) =>
      run(
        model(
          graph(
            [
              choosing(
                'condition',
                graph([node('Not', ['a'], ['no'])], [], ['no']),
                graph([node('Identity', ['a'], ['yes'])], [], ['yes']),
              ),
            ],
            [info('condition', 'bool', 1), info('a', 'bool', 2)],
            ['y'],
          ),
        ),
        { condition: [condition], a: [0, 1] },
      ).outputs;
    expect(either(1)).toEqual([[1, 0]]);
    expect(either(0)).toEqual([[0, 1]]);
  });

  test('must have the shape of the other one', () => {
    const uneven = model(
      graph(
        [
          choosing(
            'condition',
            graph([node('Neg', ['x'], ['a'])], [], ['a']),
            graph([node('ReduceSum', ['x'], ['b'])], [], ['b']),
          ),
        ],
        [info('condition', 'bool'), info('x', 'float32', 2)],
        ['y'],
      ),
    );
    expect(() => importModel(uneven)).toThrow(
      "If 'the If': its branches give float32[2] and float32[1], but must agree where data decides between them",
    );
  });
});

describe('a loop', () => {
  /** In each step x ← x·w, and the step's number goes on while it is below `last`; the states are collected. */
  const powers = (...more: NodeProto[]): GraphProto =>
    graph(
      [
        node('Mul', ['before', 'w'], ['after']),
        node('Less', ['step', 'last'], ['goes_on']),
        node('Identity', ['after'], ['state']),
        ...more,
      ],
      [info('step', 'int64'), info('go', 'bool'), info('before', 'float32', 2)],
      ['goes_on', 'after', 'state'],
    );
  const looping = (count: string, inner: GraphProto, inputs: ValueInfoProto[] = []): ModelProto =>
    model(
      graph(
        [node('Loop', [count, '', 'x'], ['final', 'states'], body('body', inner))],
        [info('x', 'float32', 2), info('w', 'float32', 1), ...inputs],
        ['states', 'final'],
        [scalar('last', 'int64', 9), scalar('two', 'int64', 2), scalar('none', 'int64', 0)],
      ),
    );

  test('of a known number of steps is unrolled and differentiated', () => {
    const { outputs, gradients } = run(looping('two', powers()), { x: [1, 2], w: [3] });
    expect(outputs).toEqual([
      [3, 6, 9, 18],
      [9, 18],
    ]);
    expect(gradients).toEqual([[9, 9], [2 * 3 * (1 + 2)]]);
  });

  test('ends when its condition says so', () => {
    const proto = looping('', powers());
    proto.graph!.initializer[0] = scalar('last', 'int64', 2);
    expect(run(proto, { x: [1, 2], w: [3] }).outputs[1]).toEqual([27, 54]);
  });

  test('of no steps gives its initial state and collects nothing', () => {
    const { outputs, gradients } = run(looping('none', powers()), { x: [1, 2], w: [3] });
    expect(outputs).toEqual([[], [1, 2]]);
    expect(gradients).toEqual([[1, 1], [0]]);
  });

  test('whose number of steps data decides is refused by name', () => {
    expect(() => importModel(looping('count', powers(), [info('count', 'int64')]))).toThrow(
      "Loop 'the Loop': its trip count must be known when the graph is built, but data decides it",
    );
    const byData = powers();
    byData.node[1] = node('Less', ['first', 'w'], ['goes_on']);
    byData.node.unshift(node('ReduceMax', ['before'], ['first']));
    expect(() => importModel(looping('two', byData))).toThrow(
      "Loop 'the Loop': its condition must be known when the graph is built",
    );
  });

  test('that never ends is refused', () => {
    const endless = graph([], [info('step', 'int64'), info('go', 'bool')], ['go']);
    const proto = model(
      graph(
        [node('Loop', ['', ''], [], body('body', endless)), node('Neg', ['x'], ['y'])],
        [info('x', 'float32', 1)],
        ['y'],
      ),
    );
    expect(() => importModel(proto)).toThrow("Loop 'the Loop': it takes more than 100000 steps");
  });
});

describe('a scan', () => {
  const sums = (...attributes: AttributeProto[]): NodeProto =>
    node(
      'Scan',
      ['start', 'x'],
      ['total', 'sums'],
      body(
        'body',
        graph(
          [node('Add', ['before', 'entry'], ['after']), node('Mul', ['after', 'factor'], ['scaled'])],
          [named('before'), named('entry')],
          ['after', 'scaled'],
        ),
      ),
      integer('num_scan_inputs', 1),
      ...attributes,
    );
  const inputs = [info('start', 'float32', 2), info('x', 'float32', 2, 3), info('factor', 'float32')];
  const feeds = { start: [0, 10], x: [1, 2, 3, 4, 5, 6], factor: [2] };

  test('runs along any axis in any direction', () => {
    const proto = model(
      graph(
        [
          sums(
            integers('scan_input_axes', 1),
            integers('scan_input_directions', 1),
            integers('scan_output_axes', -1),
            integers('scan_output_directions', 1),
          ),
        ],
        inputs,
        ['total', 'sums'],
      ),
    );
    const { outputs, gradients } = run(proto, feeds);
    expect(outputs).toEqual([
      [6, 25],
      [12, 10, 6, 50, 42, 32],
    ]);
    expect(gradients[0]).toEqual([6, 6]);
    expect(gradients[1]).toEqual([2, 4, 6, 2, 4, 6]);
    expect(gradients[2]).toEqual([6 + 5 + 3 + 25 + 21 + 16]);
  });

  test('of set 8 runs over each entry of a batch', () => {
    const batched = sums();
    batched.input.unshift('');
    const proto = model(
      graph(
        [batched],
        [info('start', 'float32', 2, 1), info('x', 'float32', 2, 3, 1), info('factor', 'float32')],
        ['total', 'sums'],
      ),
      8,
    );
    expect(run(proto, feeds).outputs).toEqual([
      [6, 25],
      [2, 6, 12, 28, 38, 50],
    ]);
  });

  test('of lists that do not fit is refused', () => {
    const proto = model(graph([sums(integers('scan_input_axes', 1, 1))], inputs, ['total', 'sums']));
    expect(() => importModel(proto)).toThrow(
      "Scan 'the Scan': its lists of axes and directions have lengths 2, 1, 1, 1 for 1 scanned inputs and 1 scanned outputs",
    );
  });
});

test('graphs inside of graphs read names from all around, whatever the order of the nodes', () => {
  const inner = graph([node('Add', ['state', 'later'], ['sum'])], [], ['sum']);
  const same = graph([node('Identity', ['state'], ['kept'])], [], ['kept']);
  const step = graph(
    [
      node('Equal', ['step', 'one'], ['second']),
      node('If', ['second'], ['next'], body('then_branch', inner), body('else_branch', same)),
    ],
    [named('step'), named('go'), named('state')],
    ['go', 'next'],
  );
  const proto = model(
    graph(
      [node('Loop', ['three', '', 'x'], ['y'], body('body', step)), node('Exp', ['x'], ['later'])],
      [info('x', 'float32', 1)],
      ['y'],
      [constant('three', 'int64', 3), scalar('one', 'int64', 1)],
    ),
  );
  const { outputs, gradients } = run(proto, { x: [0] });
  expect(outputs).toEqual([[1]]);
  expect(gradients).toEqual([[2]]);
});
