import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type ModelProto,
  type NodeProto,
} from 'onnx-buf';
import { decodeModel } from '../model/decode-model.js';
import { findParameters } from '../parameters/find-parameters.js';
import { modelWarnings } from './model-warnings.js';

const warningsOf = (model: ModelProto) => modelWarnings(model, findParameters(model).parameters);

/**
 * Exports of tiny networks by PyTorch 2.15, tf2onnx 1.17 and jax2onnx 0.17, without the paths of the machine that wrote
 * them. `stack`: twice Conv2d, BatchNorm2d, ReLU in a sequence each, then Dropout, Conv2d. `nested`: the same under
 * `enc`, after an Identity in the second, and `head`. `biased`: layers outside of sequences, whose convolutions have
 * biases, the second transposed. `lost`: a convolution whose bias is zero, one with weight normalization, a GroupNorm, a
 * sum of a table, a single learned number `gate`, Linear. `standardized`: batch normalization of a weight. `plain`: seven convolutions with biases. `group`: with GroupNorm and Dropout.
 */
const fixture = async (name: string) =>
  decodeModel(await readFile(new URL(`../../fixtures/exports/${name}.onnx`, import.meta.url)));

const folded = (names: string, remedy: string) =>
  `batch normalization was folded into ${names}: what is trained is the product, without normalization; ${remedy}`;
const withoutNodes = (layer: string) =>
  `1 layer without any node (${layer}): a dropout that was removed because the model was exported in evaluation mode (model.train() before the export keeps it), or a layer that does nothing`;
const lost = (count: string, names: string) =>
  `${count} parameters of the PyTorch module not in the file (${names}): left out because they are zero, or computed into other tensors, so not trained as in PyTorch; export with optimize=False`;
const generated = (names: string) =>
  `${names}: computed by the exporter from weights or constants; freeze what should stay constant`;
const optimize = 'export in training mode (model.train()) with optimize=False';
const preserve =
  'export in training mode (model.train()) with training=TrainingMode.PRESERVE and do_constant_folding=False';

describe('what exporters did', () => {
  test.each([
    [
      'stack-default',
      [folded('2 layers (0.1 into 0.0.weight, 1.1 into 1.0.weight)', optimize), withoutNodes('2')],
    ],
    ['stack-default-train', [folded('2 layers (0.1 into 0.0.weight, 1.1 into 1.0.weight)', optimize)]],
    ['stack-optimize-false-train', []],
    [
      'stack-torchscript',
      [folded('2 layers (0.1 into onnx::Conv_23, 1.1 into onnx::Conv_26)', preserve), withoutNodes('2')],
    ],
    ['stack-torchscript-preserve-train', []],
    [
      'nested-default',
      [
        folded('2 layers (enc.0.1 into enc.0.0.weight, enc.1.1.1 into enc.1.1.0.weight)', optimize),
        withoutNodes('enc.1.0'),
      ],
    ],
    [
      'nested-torchscript',
      [
        folded('2 layers (enc.0.1 into onnx::Conv_23, enc.1.1.1 into onnx::Conv_26)', preserve),
        withoutNodes('enc.1.0'),
      ],
    ],
    ['biased-default', [folded('2 layers (bn into conv.weight, bn2 into up.weight)', optimize)]],
    ['biased-torchscript', [folded('1 layer (onnx::Conv_25)', preserve)]],
    [
      'lost-default',
      [
        '1 weight of matrix products (val_35): transposed by the exporter and under new names, so tuned weights do not go back into the original by name',
        generated('4 parameters under generated names (mul, val_25, val_27 and 1 more)'),
        lost('4', 'table, stem.bias, wn.parametrizations.weight.original0 and 1 more'),
      ],
    ],
    ['lost-optimize-false', []],
    ['lost-torchscript', []],
    [
      'standardized-default',
      [generated('1 parameter under a generated name (view_2)'), lost('2', 'a.weight, a.gain')],
    ],
    ['standardized-optimize-false', []],
    ['plain-default', []],
    ['plain-torchscript', []],
    ['group-torchscript-preserve-train', []],
    [
      'keras-tf2onnx',
      [
        folded(
          '1 layer (sequential_1/batch_normalization_1 into sequential_1/conv2d_1/convolution/merged_input:0)',
          'docs/exporting.md says how to export without that',
        ),
      ],
    ],
  ])('%s', async (name, warnings) => {
    expect(warningsOf(await fixture(name))).toEqual(warnings);
  });

  test.each(['pytorch', 'torchscript', 'keras', 'flax'])(
    'nothing to warn of in what the recipe of docs/exporting.md writes: %s',
    async (name) => expect(warningsOf(await fixture(`recipe-${name}`))).toEqual([]),
  );

  test('a normalization that TensorFlow left as a scale and a shift', () => {
    const model = modelOf('a = Conv(x, w); m = Mul(a, s); y = Add(m, b)');
    const [, scale, shift] = model.graph!.node;
    [scale!.name, shift!.name] = ['net/norm/batchnorm/mul_1', 'net/norm/batchnorm/add_1'];
    expect(warningsOf(model)).toEqual([
      folded('1 layer (net/norm into s)', 'docs/exporting.md says how to export without that'),
    ]);
    scale!.name = 'net/scale/mul_1';
    expect(warningsOf(model)).toEqual([]);
  });

  test('where exporters leave no metadata, the name of the bias tells', async () => {
    const model = await fixture('stack-default');
    for (const each of [model.graph!, ...model.graph!.node]) each.metadataProps = [];
    expect(warningsOf(model)).toEqual([
      folded('2 layers (0.0.weight, 1.0.weight)', 'docs/exporting.md says how to export without that'),
    ]);
  });
});

/** Nodes of one output each, written `output = Operator(input, …)`. */
function modelOf(text: string, attributes: Readonly<Record<string, number>> = {}): ModelProto {
  const nodes: NodeProto[] = text.split(';').map((line) => {
    const [, output, opType, input] = /(\w+) = (\w+)\((.*)\)/.exec(line)!;
    const attribute = Object.entries(attributes).map(([name, f]) =>
      create(AttributeProtoSchema, { name, f }),
    );
    return create(NodeProtoSchema, {
      opType: opType!,
      input: input!.split(', '),
      output: [output!],
      attribute,
    });
  });
  return create(ModelProtoSchema, {
    graph: create(GraphProtoSchema, {
      node: nodes,
      initializer: ['one', 'shape', 'axes'].map((name) => create(TensorProtoSchema, { name, dataType: 7 })),
      output: [create(ValueInfoProtoSchema, { name: nodes.at(-1)!.output[0]! })],
    }),
  });
}

describe('an output that is no logits', () => {
  const shifted = 'm = ReduceMax(x, axes); d = Sub(x, m); e = Exp(d); s = ReduceSum(e, axes)';
  test.each([
    ['Softmax', 'y = Softmax(x)'],
    ['LogSoftmax', 'y = LogSoftmax(x)'],
    ['Sigmoid', 'y = Sigmoid(x)'],
    ['ArgMax', 'y = ArgMax(x)'],
    ['Clip', 'y = Clip(x, low, high)'],
    ['Softmax', 'a = Softmax(x); b = Transpose(a); c = Reshape(b, shape); d = Identity(c); y = Cast(d)'],
    ['Sigmoid', 't = Transpose(x); a = Sigmoid(t); y = Resize(a, roi, scales)'],
    ['Softmax', 'e = Exp(x); s = ReduceSum(e, axes); y = Div(e, s)'],
    ['Softmax', `${shifted}; y = Div(e, s)`],
    ['Softmax', `${shifted}; r = Reciprocal(s); y = Mul(e, r)`],
    ['LogSoftmax', `${shifted}; l = Log(s); y = Sub(d, l)`],
    ['LogSoftmax', 'l = ReduceLogSumExp(x, axes); y = Sub(x, l)'],
    ['the logarithm of Softmax', 'p = Softmax(x); y = Log(p)'],
    ['the logarithm of Softmax', 'p = Softmax(x); a = Add(p, one); y = Log(a)'],
    ['Softmax', 'l = ReduceLogSumExp(x, axes); d = Sub(x, l); y = Exp(d)'],
    ['Sigmoid', 'p = Sigmoid(x); y = Mul(p, one)'],
    ['Tanh', 't = Tanh(x); m = Mul(one, t); y = Add(m, one)'],
    ['Sigmoid', 'n = Neg(x); e = Exp(n); a = Add(one, e); y = Div(one, a)'],
    ['Sigmoid', 'n = Neg(x); e = Exp(n); a = Add(e, one); r = Reciprocal(a); y = Identity(r)'],
  ])('%s: %s', (activation, text) => {
    expect(warningsOf(modelOf(text))).toEqual([
      `output 'y' comes from ${activation}, and losses take logits: trained like this, the network learns badly or not at all; export it without ${activation}, so that it puts out 'x'`,
    ]);
  });

  test('without the activation, as the warning says, there is nothing to warn of', async () => {
    const model = await fixture('softmax-default');
    const [, logits] = /puts out '(.*)'/.exec(warningsOf(model)[0]!)!;
    model.graph!.node = model.graph!.node.filter(({ opType }) => opType !== 'Softmax');
    model.graph!.output[0]!.name = logits!;
    expect(warningsOf(model)).toEqual([expect.stringMatching(/^batch normalization was folded/)]);
  });

  test('of several outputs, the trained one counts', () => {
    const model = modelOf('a = Conv(x, w); y = Softmax(a)');
    expect(modelWarnings(model, [], { output: 'a' })).toEqual([]);
    expect(modelWarnings(model, [], { output: 'y' })).toHaveLength(1);
  });

  test.each([
    'y = Relu(x)',
    'a = Softmax(x); y = Conv(a, w)',
    'a = Sigmoid(x); y = Mul(x, a)',
    'e = Exp(x); s = ReduceSum(z, axes); y = Div(e, s)',
    'y = Div(x, one)',
    'a = Softmax(x); y = Mul(a, w)',
    'm = ReduceMean(x, axes); y = Sub(x, m)',
  ])('none: %s', (text) => {
    expect(warningsOf(modelOf(text))).toEqual([]);
  });
});

describe('batch normalization that keeps the statistics of the file', () => {
  const normalization = 'n = BatchNormalization(x, s, b, m, v)';
  test('is named, unless its statistics are frozen', () => {
    const model = modelOf(normalization, { momentum: 1 });
    expect(warningsOf(model)).toEqual([expect.stringMatching(/^batch normalization of momentum 1 \(n\): /)]);
    expect(modelWarnings(model, [], { batchNormalization: 'frozen' })).toEqual([]);
  });

  test('is none of another momentum, or of none', () => {
    expect(warningsOf(modelOf(normalization, { momentum: 0.99 }))).toEqual([]);
    expect(warningsOf(modelOf(normalization))).toEqual([]);
  });
});
