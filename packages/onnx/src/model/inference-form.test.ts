import { create } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from 'onnx-buf';
import { inferenceForm } from './inference-form.js';

const node = (
  opType: string,
  input: string[],
  output: string[],
  more: Partial<Pick<NodeProto, 'attribute' | 'domain'>> = {},
): NodeProto => create(NodeProtoSchema, { opType, input, output, ...more });

const int = (name: string, value: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });

const graphOf = (nodes: NodeProto[], output: string): GraphProto =>
  create(GraphProtoSchema, { node: nodes, output: [create(ValueInfoProtoSchema, { name: output })] });

function model(nodes: NodeProto[], functions: FunctionProto[] = []): ModelProto {
  const names = ['weight', 'scale', 'bias', 'mean', 'variance', 'ratio', 'on'];
  return create(ModelProtoSchema, {
    opsetImport: [create(OperatorSetIdProtoSchema, { version: 17n })],
    functions,
    graph: create(GraphProtoSchema, {
      node: nodes,
      input: [create(ValueInfoProtoSchema, { name: 'x' })],
      output: [create(ValueInfoProtoSchema, { name: 'y' })],
      initializer: names.map((name) => create(TensorProtoSchema, { name })),
    }),
  });
}

const normalization = (x: string, outputs: string[]): NodeProto =>
  node('BatchNormalization', [x, 'scale', 'bias', 'mean', 'variance'], outputs, {
    attribute: [int('training_mode', 1)],
  });

/** Nodes as text: operator, inputs, outputs and the mode where one is written. */
const written = (nodes: readonly NodeProto[]): readonly string[] =>
  nodes.map(({ opType, input, output, attribute }) => {
    const mode = attribute.some(({ name, i }) => name === 'training_mode' && i === 1n) ? ' training' : '';
    return `${opType}${mode} ${input.join()} → ${output.join()}`;
  });

test('batch normalization takes its running statistics, which its other outputs pass on', () => {
  const given = model([normalization('x', ['y', 'next_mean', '']), node('Relu', ['next_mean'], ['r'])]);
  expect(written(inferenceForm(given).graph!.node)).toEqual([
    'BatchNormalization x,scale,bias,mean,variance → y',
    'Identity mean → next_mean',
    'Relu next_mean → r',
  ]);
});

test('dropout loses its mode and keeps its ratio and its mask', () => {
  const given = model([node('Dropout', ['x', 'ratio', 'on'], ['y', 'mask'])]);
  expect(written(inferenceForm(given).graph!.node)).toEqual(['Dropout x,ratio → y,mask']);
});

test('a model that predicts already is left as it is', () => {
  const given = model([
    node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['n']),
    node('Dropout', ['n', 'ratio'], ['y']),
  ]);
  expect(inferenceForm(given)).toBe(given);
});

test('the normalization of weights keeps its mode, also where it is reached through a shape', () => {
  const given = model([
    node('Shape', ['x'], ['shape']),
    node('Reshape', ['weight', 'shape'], ['flat']),
    normalization('flat', ['standard', 'm', 'v']),
    node('Conv', ['x', 'standard'], ['y']),
  ]);
  expect(inferenceForm(given)).toBe(given);
});

test('branches are settled too, and what is read from around them', () => {
  const branch = graphOf([normalization('x', ['inner'])], 'inner');
  const weights = graphOf([normalization('weight', ['own'])], 'own');
  const attribute = [
    create(AttributeProtoSchema, { name: 'then_branch', g: branch }),
    create(AttributeProtoSchema, { name: 'else_branch', g: weights }),
  ];
  const [found] = inferenceForm(model([node('If', ['on'], ['y'], { attribute })])).graph!.node;
  expect(found!.attribute.map(({ g }) => written(g!.node)[0])).toEqual([
    'BatchNormalization x,scale,bias,mean,variance → inner',
    'BatchNormalization training weight,scale,bias,mean,variance → own',
  ]);
});

test.each([
  ['of what is fed', 'x', 'BatchNormalization a,scale,bias,mean,variance → b'],
  ['of weights', 'weight', 'BatchNormalization training a,scale,bias,mean,variance → b'],
])('functions are settled by what they are called with: %s', (_, operand, expected) => {
  const called = create(FunctionProtoSchema, {
    domain: 'own',
    name: 'Normalize',
    input: ['a', 'scale', 'bias', 'mean', 'variance'],
    output: ['b'],
    node: [normalization('a', ['b'])],
  });
  const call = node('Normalize', [operand, 'scale', 'bias', 'mean', 'variance'], ['y'], { domain: 'own' });
  expect(written(inferenceForm(model([call], [called])).functions[0]!.node)).toEqual([expected]);
});
