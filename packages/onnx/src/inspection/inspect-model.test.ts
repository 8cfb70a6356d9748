import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type ModelProto,
  type NodeProto,
} from 'onnx-buf';
import { inspectModel } from './inspect-model.js';

type NodeSettings = Partial<
  Pick<NodeProto, 'name' | 'domain' | 'input' | 'output' | 'attribute' | 'metadataProps'>
>;

const node = (opType: string, input: string[], output: string, more: NodeSettings = {}): NodeProto =>
  create(NodeProtoSchema, { opType, input, output: [output], ...more });

const value = (name: string, dims: readonly (number | string)[], elemType = 1) =>
  create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType,
          shape: create(TensorShapeProtoSchema, {
            dim: dims.map((length) =>
              create(TensorShapeProto_DimensionSchema, {
                value:
                  typeof length === 'string'
                    ? { case: 'dimParam', value: length }
                    : { case: 'dimValue', value: BigInt(length) },
              }),
            ),
          }),
        }),
      },
    }),
  });

/** A model of these nodes whose last output is the result. Its initializers are given by name and shape. */
function model(
  nodes: readonly NodeProto[],
  initializers: Readonly<Record<string, readonly number[]>> = {},
  dataType = 1,
): ModelProto {
  return create(ModelProtoSchema, {
    producerName: 'pytorch',
    producerVersion: '2.15.0',
    opsetImport: [create(OperatorSetIdProtoSchema, { version: 18n })],
    graph: create(GraphProtoSchema, {
      node: [...nodes],
      input: [value('x', ['batch', 3, 8, 8])],
      output: [value(nodes.at(-1)!.output[0]!, ['batch', 2, 8, 8])],
      initializer: Object.entries(initializers).map(([name, dims]) =>
        create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt) }),
      ),
    }),
  });
}

const warningsOf = (...settings: Parameters<typeof model>) => inspectModel(model(...settings)).warnings;

describe('inspectModel', () => {
  test('lists what goes in and out, with the names of open dimensions', () => {
    const { producer, opset, inputs, outputs } = inspectModel(model([node('Relu', ['x'], 'y')]));
    expect({ producer, opset }).toEqual({ producer: 'pytorch 2.15.0', opset: 18 });
    expect(inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 3, 8, 8] }]);
    expect(outputs).toEqual([{ name: 'y', type: 'float32', shape: ['batch', 2, 8, 8] }]);
  });

  test('sums parameters by the operator that reads them, in whatever form, and their role', () => {
    const { parameters, statistics } = inspectModel(
      model(
        [
          node('Shape', ['conv.weight'], 'shape'),
          node('Conv', ['x', 'conv.weight', 'conv.bias'], 'a'),
          node('BatchNormalization', ['a', 'scale', 'shift', 'mean', 'variance'], 'b'),
          node('Transpose', ['linear.weight'], 'transposed'),
          node('MatMul', ['b', 'transposed'], 'c'),
          node('Conv', ['c', 'other.weight'], 'd'),
          node('Clip', ['d', 'low'], 'y'),
        ],
        {
          'conv.weight': [4, 3, 2, 2],
          'conv.bias': [4],
          scale: [4],
          shift: [4],
          mean: [4],
          variance: [4],
          'linear.weight': [5, 8],
          'other.weight': [2, 4, 1, 1],
          low: [1],
          unread: [100],
        },
      ),
    );
    expect(parameters).toMatchObject({ tensors: 6, numbers: 48 + 4 + 4 + 4 + 40 + 8, bytes: 4 * 108 });
    expect(parameters.kinds).toEqual([
      { kind: 'Conv weight', tensors: 2, numbers: 56, bytes: 224 },
      { kind: 'MatMul weight', tensors: 1, numbers: 40, bytes: 160 },
      { kind: 'Conv bias', tensors: 1, numbers: 4, bytes: 16 },
      { kind: 'BatchNormalization scale', tensors: 1, numbers: 4, bytes: 16 },
      { kind: 'BatchNormalization bias', tensors: 1, numbers: 4, bytes: 16 },
    ]);
    expect(statistics).toEqual({ tensors: 2, numbers: 8, bytes: 32 });
  });

  test('says of each operator how its gradient comes, and names the nodes that cannot be read', () => {
    const custom = node('Custom', ['b'], 'c', { domain: 'my.domain', name: 'mine' });
    const branch = create(AttributeProtoSchema, {
      name: 'then_branch',
      g: create(GraphProtoSchema, { node: [node('Unheard', [], 'inner')] }),
    });
    const subject = model([
      node('Relu', ['x'], 'a'),
      node('HardSwish', ['a'], 'b'),
      custom,
      node('Gelu', ['c'], 'd', { domain: 'com.microsoft' }),
      node('Scatter', ['d'], 'e'),
      node('Greater', ['e', 'e'], 'f'),
      node('If', ['f'], 'g', { attribute: [branch] }),
      node('Twice', ['g'], 'y', { domain: 'local' }),
    ]);
    subject.functions.push(
      create(FunctionProtoSchema, {
        domain: 'local',
        name: 'Twice',
        node: [node('Add', ['x', 'x'], 'y'), node('Relu', ['y'], 'z')],
      }),
    );
    const { operators, unsupported } = inspectModel(subject);
    expect(Object.fromEntries(operators.map(({ name, nodes, support }) => [name, [nodes, support]]))).toEqual(
      {
        Relu: [2, 'rule'],
        HardSwish: [1, 'rewriting'],
        'my.domain.Custom': [1, 'unsupported'],
        'com.microsoft.Gelu': [1, 'rewriting'],
        Scatter: [1, 'rewriting'],
        Greater: [1, 'none'],
        If: [1, 'resolved'],
        Unheard: [1, 'unsupported'],
        'local.Twice': [1, 'resolved'],
        Add: [1, 'rule'],
      },
    );
    expect(unsupported).toEqual([
      { operator: 'my.domain.Custom', node: 'mine' },
      { operator: 'Unheard', node: 'inner' },
    ]);
  });
});

describe('warnings', () => {
  const convolutions = (count: number, bias: (place: number) => string): NodeProto[] =>
    Array.from({ length: count }, (_, place) =>
      node('Conv', [place === 0 ? 'x' : `y${place - 1}`, `w${place}`, bias(place)], `y${place}`),
    );

  test('a plain network has none', () => {
    const nodes = [...convolutions(6, (place) => (place === 5 ? 'b5' : '')), node('Relu', ['y5'], 'y')];
    expect(warningsOf(nodes, { w0: [1, 1], b5: [1] })).toEqual([]);
  });

  test('batch normalization that may have been folded: biases, and nothing that normalizes', () => {
    const nodes = convolutions(6, (place) => `b${place}`);
    expect(warningsOf(nodes)[0]).toMatch(/^no normalization, and 6 of 6 convolutions have a bias/);
    expect(warningsOf([...nodes, node('InstanceNormalization', ['y5', 's', 'b'], 'y')])).toEqual([]);
    expect(warningsOf(nodes.slice(0, 4))).toEqual([]);
  });

  test('weights that are not float32', () => {
    const nodes = [node('Cast', ['w'], 'wide'), node('Conv', ['x', 'wide'], 'y')];
    expect(warningsOf(nodes, { w: [2, 3] }, 10)).toContain(
      '1 parameter of type float16 (w): trained in float32, and rounded when the model is written',
    );
    const { parameters } = inspectModel(model(nodes, { w: [2, 3] }, 10));
    expect(parameters.bytes).toBe(12);
  });

  test('weights that were transposed, and others under generated names', () => {
    const warnings = warningsOf(
      [node('MatMul', ['x', 'onnx::MatMul_7'], 'a'), node('Add', ['a', 'val_3'], 'y')],
      { 'onnx::MatMul_7': [8, 2], val_3: [2] },
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^1 weight of matrix products \(onnx::MatMul_7\): transposed/),
      expect.stringMatching(/^1 parameter under a generated name \(val_3\)/),
    ]);
  });
});
