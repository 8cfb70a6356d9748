import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import type { DataType } from '../graph/data-type.js';
import { tensorOf } from '../graph/tensor.js';
import { OnnxError } from '../graph/onnx-error.js';
import { buildTrainingGraph } from '../training/training-graph.js';
import { sgd } from '../training/sgd.js';
import { decodeModel, numbersOfInitializer } from './decode-model.js';
import { encodeModel, encodeTensor, modelBytes } from './encode-model.js';
import { importModel } from './import-model.js';

const types = AttributeProto_AttributeType;
const attribute = (name: string, value: number | string | number[] | TensorProto): AttributeProto =>
  create(
    AttributeProtoSchema,
    typeof value === 'number'
      ? Number.isInteger(value)
        ? { name, type: types.INT, i: BigInt(value) }
        : { name, type: types.FLOAT, f: value }
      : typeof value === 'string'
        ? { name, type: types.STRING, s: new TextEncoder().encode(value) as Uint8Array<ArrayBuffer> }
        : Array.isArray(value)
          ? { name, type: types.INTS, ints: value.map(BigInt) }
          : { name, type: types.TENSOR, t: value },
  );

type Attributes = Readonly<Record<string, Parameters<typeof attribute>[1]>>;

/** A node `operator(inputs) → outputs`, in words of the text form: 'y = Add(x, weight)'. */
function node(text: string, attributes: Attributes = {}, domain = ''): NodeProto {
  const [outputs, call] = text.split(' = ') as [string, string];
  const [opType, inputs] = call.slice(0, -1).split('(') as [string, string];
  return create(NodeProtoSchema, {
    opType,
    domain,
    input: inputs === '' ? [] : inputs.split(', ').map((name) => (name === '_' ? '' : name)),
    output: outputs.split(', '),
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

/** A model of these nodes from x [1, 3, 4, 4] and weight [3, 3, 1, 1] to y, with further initializers. */
function model(
  nodes: readonly NodeProto[],
  constants: Readonly<Record<string, readonly number[]>> = {},
  dataType: DataType = 'int64',
): ModelProto {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 3, 4, 4]);
  const weight = graph.constantTensor(
    tensorOf('float32', [3, 3, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    'weight',
  );
  const built = encodeModel({
    name: 'bad',
    inputs: [x],
    outputs: [{ name: 'y', value: graph.conv(x, weight) }],
  });
  built.graph!.node = [...nodes];
  built.graph!.initializer.push(
    ...Object.entries(constants).map(([name, values]) =>
      encodeTensor(tensorOf(dataType, [values.length], values), name),
    ),
  );
  return decodeModel(modelBytes(built));
}

const convolution = node('z = Conv(x, weight)');
/** Reads a model whose nodes follow a convolution z of x, up to y. */
const read = (nodes: readonly NodeProto[], constants?: Readonly<Record<string, readonly number[]>>): void => {
  importModel(model([convolution, ...nodes], constants));
};

describe('a small file that would make something huge is refused, or left to the runtime', () => {
  test('a tensor that claims 2⁶⁰ entries', () => {
    const claimed = create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [2n ** 60n] });
    expect(() => numbersOfInitializer(claimed)).toThrow("initializer 'w': has impossible dimensions");
    const possible = create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [2n ** 50n] });
    expect(() => numbersOfInitializer(possible)).toThrow("initializer 'w': has 0 entries, but shape");
    const overflowing = create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [2n ** 32n, 2n ** 32n] });
    expect(() => numbersOfInitializer(overflowing)).toThrow("initializer 'w': has impossible dimensions");
  });

  test.each<[string, readonly NodeProto[], Record<string, readonly number[]>, RegExp]>([
    [
      'ConstantOfShape',
      [node('y = ConstantOfShape(s)')],
      { s: [2 ** 41] },
      /^ConstantOfShape 'y': .* more than 2⁴⁰/,
    ],
    ['Expand', [node('y = Expand(z, s)')], { s: [2 ** 45, 1, 1, 1, 1] }, /^Expand 'y': .* more than 2⁴⁰/],
    ['Tile', [node('y = Tile(z, s)')], { s: [2 ** 40, 1, 1, 1] }, /^Tile 'y': .* more than 2⁴⁰/],
    ['Pad', [node('y = Pad(z, s)')], { s: [0, 0, 0, 0, 0, 0, 2 ** 45, 0] }, /^Pad 'y': .* more than 2⁴⁰/],
    [
      'Pad that reflects',
      [node('y = Pad(z, s)', { mode: 'reflect' })],
      { s: [0, 0, 0, 0, 0, 0, 0, 2 ** 30] },
      /^Pad 'y': needs a list of 1073741828 entries/,
    ],
    [
      'Resize',
      [node('y = Resize(z, _, _, s)', { mode: 'linear' })],
      { s: [1, 3, 2 ** 45, 4] },
      /^Resize 'y': .* more than 2⁴⁰/,
    ],
    [
      'Range',
      [node('r = Range(a, b, c)'), node('y = Mul(z, z)')],
      { a: [0], b: [1], c: [0] },
      /^Range 'r': .* no end/,
    ],
    [
      'Split',
      [node('y = Split(z)', { num_outputs: 2 ** 40 })],
      {},
      /^Split 'y': needs a list of 1099511627776 entries/,
    ],
    [
      'AveragePool',
      [node('y = AveragePool(z)', { kernel_shape: [2 ** 30, 1], pads: [2 ** 30, 0, 0, 0] })],
      {},
      /^AveragePool 'y': needs a list of 1073741824 entries/,
    ],
    [
      'Unsqueeze',
      [node('y = Unsqueeze(z, s)')],
      { s: Array.from({ length: 100 }, (_, axis) => axis) },
      /100 axes/,
    ],
    [
      'SplitToSequence',
      [node('p = ConstantOfShape(s)'), node('q = SplitToSequence(p)'), node('y = SequenceAt(q, i)')],
      { s: [2 ** 30], i: [0] },
      /^SplitToSequence 'q': splits 1073741824 entries/,
    ],
  ])('%s', (_, nodes, constants, message) => {
    expect(() => read(nodes, constants)).toThrow(OnnxError);
    expect(() => read(nodes, constants)).toThrow(message);
  });

  test('the gradient of a Resize whose matrix is too large', () => {
    const nodes = [convolution, node('y = Resize(z, _, _, s)', { mode: 'linear' })];
    const large = model(nodes, { s: [1, 3, 2 ** 23, 1] });
    const options = {
      optimizer: sgd(),
      loss: <T>(b: { sum(x: T, axes: number[]): T }, y: T) => b.sum(y, [0, 1, 2, 3]),
    };
    expect(() => buildTrainingGraph(large, options)).toThrow(/^Resize 'y': needs a list of 33554432 entries/);
  });

  test('many foldable nodes are not all folded', () => {
    const nodes = Array.from({ length: 3000 }, (_, place) => node(`f${place + 1} = Add(f${place}, f0)`));
    const chain = [
      node('e = Expand(one, s)'),
      node('f0 = Cast(e)', { to: 1 }),
      ...nodes,
      node('y = Mul(z, z)'),
    ];
    const { graph } = importModel(model([convolution, ...chain], { one: [1], s: [1 << 12] }));
    const folded = chain.length - graph.nodes.length;
    expect(folded).toBeGreaterThan(500);
    expect(folded).toBeLessThan(1000);
  });

  test('functions that call each other twice, thirty deep', () => {
    const calling = (place: number): FunctionProto =>
      create(FunctionProtoSchema, {
        domain: 'own',
        name: `F${place}`,
        input: ['a'],
        output: ['b'],
        node:
          place === 0
            ? [node('b = Neg(a)')]
            : [node(`m = F${place - 1}(a)`, {}, 'own'), node(`b = F${place - 1}(m)`, {}, 'own')],
      });
    const laughing = model([convolution, node('y = F30(z)', {}, 'own')]);
    laughing.functions = Array.from({ length: 31 }, (_, place) => calling(place));
    expect(() => importModel(laughing)).toThrow('makes more than 262144 nodes of the model');
  });

  test('functions that call each other too deep, or themselves by a detour', () => {
    const calls = (name: string, next: string): FunctionProto =>
      create(FunctionProtoSchema, {
        domain: 'own',
        name,
        input: ['a'],
        output: ['b'],
        node: [node(`b = ${next}(a)`, {}, 'own')],
      });
    const circular = model([convolution, node('y = A(z)', {}, 'own')]);
    circular.functions = [calls('A', 'B'), calls('B', 'A')];
    expect(() => importModel(circular)).toThrow("A 'b': is a function that calls itself");
    const deep = model([convolution, node('y = F0(z)', {}, 'own')]);
    deep.functions = Array.from({ length: 5000 }, (_, place) => calls(`F${place}`, `F${place + 1}`));
    expect(() => importModel(deep)).toThrow('functions call each other more than 100 deep');
  });
});

describe('what does not fit is refused with the node, the tensor and the cause', () => {
  test.each<[string, readonly NodeProto[], RegExp]>([
    ['too few inputs', [node('y = Conv(z)')], /^Conv 'y': input 1 is missing/],
    ['a required input left out', [node('y = Concat(_, z)', { axis: 1 })], /^Concat 'y': input 0 is missing/],
    ['too many inputs', [node('y = Relu(z, z)')], /^Relu 'y': has 2 inputs, expected at most 1/],
    [
      'an attribute of another kind',
      [node('y = Conv(z, weight)', { strides: 1 })],
      /^Conv 'y': attribute 'strides' is int, expected ints/,
    ],
    [
      'a text for a number',
      [node('y = Softmax(z)', { axis: 'last' })],
      /attribute 'axis' is string, expected int/,
    ],
    [
      'an attribute named as a part of the language',
      [node('y = Relu(z)', { constructor: 1 })],
      /'constructor' is not/,
    ],
    [
      'an operator named so',
      [node('y = constructor(z)')],
      /^constructor 'y': this operator is not supported/,
    ],
    [
      'one of another domain',
      [node('y = toString(z)', {}, 'com.microsoft')],
      /^toString 'y': is of domain 'com.microsoft', of which/,
    ],
    ['an unknown domain', [node('y = Relu(z)', {}, 'own')], /^Relu 'y': is of domain 'own'/],
    ['an unknown reduction', [node('y = ScatterElements(z, z, z)', { reduction: 'valueOf' })], /'valueOf'/],
    [
      'a stride of zero',
      [node('y = MaxPool(z)', { kernel_shape: [2, 2], strides: [0, 1] })],
      /must be positive/,
    ],
    [
      'a kernel_shape that is not that of the weights',
      [node('y = Conv(z, weight)', { kernel_shape: [1, 2] })],
      /^Conv 'y': kernel_shape is \[1, 2\], but the weights have \[1, 1\]/,
    ],
    [
      'output_padding for another number of axes',
      [node('y = ConvTranspose(z, weight)', { output_padding: [0, 0, 0] })],
      /^ConvTranspose 'y': .* output_padding \[0, 0, 0\] do not fit 2 spatial axes/,
    ],
    [
      'a normalization of a matrix',
      [node('u = Flatten(z)'), node('y = InstanceNormalization(u, x, x)')],
      /^InstanceNormalization 'y': input has shape \[1, 48\], expected \[batch, channels, …\]/,
    ],
    ['a value computed twice', [node('z = Relu(x)'), node('y = Relu(z)')], /'z' is computed by two nodes/],
    [
      'a cycle',
      [node('u = Relu(v)'), node('v = Relu(u)'), node('y = Relu(z)')],
      /'(u|v)'?: is part of a cycle/,
    ],
  ])('%s', (_, nodes, message) => {
    expect(() => read(nodes)).toThrow(OnnxError);
    expect(() => read(nodes)).toThrow(message);
  });

  test('NaN in a shape', () => {
    const shape = [node('h = Div(a, b)'), node('s = Cast(h)', { to: 7 }), node('y = Reshape(z, s)')];
    const nan = model([convolution, ...shape], { a: [0], b: [0] }, 'float32');
    expect(() => importModel(nan)).toThrow(/^Reshape 'y': input 1 must be known/);
  });

  test('texts in place of numbers', () => {
    const texts = model([node('y = Conv(x, weight)')]);
    texts.graph!.initializer[0]!.dataType = 8;
    expect(() => importModel(texts)).toThrow("initializer 'weight': holds string");
  });

  test('lists of names with one twice, or none at all', () => {
    const twice = model([node('y = Conv(x, weight)')]);
    twice.graph!.output.push(twice.graph!.output[0]!);
    expect(() => importModel(twice)).toThrow("output 'y' is listed twice");
    const unnamed = model([node('y = Conv(x, weight)')]);
    unnamed.graph!.input[0]!.name = '';
    expect(() => importModel(unnamed)).toThrow('an input of the model has no name');
  });

  test('sparse weights', () => {
    const sparse = model([node('y = Conv(x, weight)')]);
    sparse.graph!.sparseInitializer = [
      create(SparseTensorProtoSchema, { values: create(TensorProtoSchema, { name: 'sparse' }) }),
    ];
    expect(() => importModel(sparse)).toThrow("initializer 'sparse': is sparse");
  });

  test('an input without a shape, or of a length that is left open by −1', () => {
    const open = model([node('y = Conv(x, weight)')]);
    const type = open.graph!.input[0]!.type!.value;
    if (type.case !== 'tensorType') throw new Error('x is a tensor');
    type.value.shape!.dim[0]!.value = { case: 'dimValue', value: -1n };
    expect(() => importModel(open)).toThrow(
      "input 'x': has shape [?, 3, 4, 4]; its open dimensions must be bound",
    );
    expect(importModel(open, { inputShapes: { x: [2, 3, 4, 4] } }).inputs[0]!.shape).toEqual([2, 3, 4, 4]);
    delete type.value.shape;
    expect(() => importModel(open)).toThrow("input 'x': has no shape");
  });
});
