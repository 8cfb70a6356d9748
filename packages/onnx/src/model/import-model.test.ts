import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import { decodeModel } from './decode-model.js';
import { encodeModel, modelBytes } from './encode-model.js';
import { importModel } from './import-model.js';
import { writeInitializers } from '../training/write-initializers.js';

/** y = relu(x · weight), for a batch of any size. */
function small(): ModelProto {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2, 3]);
  const weight = graph.constantTensor(
    { dataType: 'float32', shape: [3, 1], data: Float32Array.from([1, -1, 2]) },
    'weight',
  );
  const y = graph.relu(graph.matmul(x, weight));
  return encodeModel({
    name: 'small',
    inputs: [x],
    outputs: [{ name: 'y', value: y }],
    dynamicDimensions: { x: ['batch'], y: ['batch'] },
  });
}

const reread = (model: ModelProto): ModelProto => decodeModel(modelBytes(model));

function run(model: ModelProto, batch: number): number[] {
  const { inputs, outputs } = importModel(model, { inputShapes: { x: [batch, 3] } });
  const data = Float64Array.from({ length: 3 * batch }, (_, place) => place);
  return [...interpret([outputs[0]!.value], new Map([[inputs[0]!, { shape: [batch, 3], data }]]))[0]!.data];
}

/** The small model with something in it changed. */
function changed(change: (model: ModelProto) => void): ModelProto {
  const model = reread(small());
  change(model);
  return model;
}

describe('models', () => {
  test('a written model reads back and computes the same, for any batch', () => {
    expect(run(reread(small()), 1)).toEqual([3]);
    expect(run(reread(small()), 3)).toEqual([3, 9, 15]);
  });

  test('new weights are written under their old names, into a copy', () => {
    const model = reread(small());
    const tuned = reread(writeInitializers(model, new Map([['weight', Float32Array.from([0, 1, 0])]])));
    expect(run(tuned, 1)).toEqual([1]);
    expect(run(model, 1)).toEqual([3]);
    expect(() => writeInitializers(model, new Map([['nothing', new Float32Array(3)]]))).toThrow(
      "no initializer 'nothing'",
    );
    expect(() => writeInitializers(model, new Map([['weight', new Float32Array(2)]]))).toThrow(
      'has 3 entries, but 2',
    );
  });

  test('nodes in any order are sorted; a cycle is an error', () => {
    const reversed = changed((model) => model.graph!.node.reverse());
    expect(run(reversed, 1)).toEqual([3]);
    const cyclic = changed((model) => {
      model.graph!.node[0]!.input[0] = 'y';
    });
    expect(() => run(cyclic, 1)).toThrow('is part of a cycle');
  });

  test('symbolic dimensions must be bound, fixed ones respected', () => {
    expect(() => importModel(small())).toThrow(
      "input 'x': has shape [batch, 3]; its open dimensions must be bound",
    );
    expect(() => importModel(small(), { inputShapes: { x: [1, 4] } })).toThrow(
      'has shape [batch, 3], but is given as [1, 4] by inputShapes',
    );
    expect(() => importModel(small(), { inputShapes: { z: [1] } })).toThrow("inputShapes names 'z'");
  });

  test('older reductions are lifted: their axes were an attribute', () => {
    const old = changed((model) => {
      model.opsetImport[0]!.version = 13n;
      const [first] = model.graph!.node;
      first!.opType = 'ReduceMax';
      first!.input = ['x'];
      first!.attribute = [
        create(AttributeProtoSchema, { name: 'axes', type: AttributeProto_AttributeType.INTS, ints: [1n] }),
      ];
    });
    expect(run(old, 2)).toEqual([2, 5]);
  });
});

interface NodeText {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
  readonly attributes?: readonly AttributeProto[];
}

const nodeOf = ({ operator, inputs, outputs, domain, attributes }: NodeText): NodeProto =>
  create(NodeProtoSchema, {
    opType: operator,
    input: [...inputs],
    output: [...outputs],
    ...(domain === undefined ? {} : { domain }),
    attribute: [...(attributes ?? [])],
  });

const integer = (name: string, i: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(i) });

/** The small model with other nodes, from x [batch, 3] and weight [3, 1] to y. */
const withNodes = (...nodes: NodeText[]): ModelProto =>
  changed((model) => {
    model.graph!.node = nodes.map(nodeOf);
  });

describe('constructs that are resolved while a model is read', () => {
  const branch = (...nodes: NodeText[]): GraphProto =>
    create(GraphProtoSchema, {
      node: nodes.map(nodeOf),
      output: [create(ValueInfoProtoSchema, { name: 'result' })],
    });
  const conditional = (condition: string): NodeText => ({
    operator: 'If',
    inputs: [condition],
    outputs: ['y'],
    attributes: [
      create(AttributeProtoSchema, {
        name: 'then_branch',
        g: branch({ operator: 'Neg', inputs: ['x'], outputs: ['result'] }),
      }),
      create(AttributeProtoSchema, {
        name: 'else_branch',
        g: branch(
          { operator: 'Abs', inputs: ['x'], outputs: ['inner'] },
          { operator: 'Exp', inputs: ['inner'], outputs: ['result'] },
        ),
      }),
    ],
  });

  test('a branch whose condition the shapes decide', () => {
    const model = withNodes(
      { operator: 'Size', inputs: ['x'], outputs: ['size'] },
      { operator: 'Size', inputs: ['weight'], outputs: ['limit'] },
      { operator: 'Greater', inputs: ['size', 'limit'], outputs: ['large'] },
      conditional('large'),
    );
    expect(run(model, 2).map((entry) => entry + 0)).toEqual([0, -1, -2, -3, -4, -5]);
    expect(run(model, 1)).toEqual([1, Math.E, Math.exp(2)]);
  });

  const withFunction = (...nodes: NodeProto[]): ModelProto => {
    const model = withNodes({
      operator: 'Twice',
      domain: 'own',
      inputs: ['x'],
      outputs: ['y'],
      attributes: [integer('place', 1)],
    });
    model.functions = [
      create(FunctionProtoSchema, {
        domain: 'own',
        name: 'Twice',
        input: ['a', 'left_out'],
        output: ['b'],
        attribute: ['place'],
        attributeProto: [integer('flipped', 1)],
        node: nodes,
      }),
    ];
    return model;
  };
  const referring = (name: string, to: string): AttributeProto =>
    create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, refAttrName: to });

  test("a function of the model's own, with attributes of the call and defaults", () => {
    const model = withFunction(
      nodeOf({
        operator: 'Softmax',
        inputs: ['a'],
        outputs: ['weights'],
        attributes: [referring('axis', 'place')],
      }),
      nodeOf({ operator: 'Clip', inputs: ['weights', 'left_out'], outputs: ['kept'] }),
      nodeOf({
        operator: 'ArgMax',
        inputs: ['kept'],
        outputs: ['b'],
        attributes: [referring('axis', 'place'), referring('keepdims', 'flipped')],
      }),
    );
    expect(run(model, 2)).toEqual([2, 2]);
    // Fields that are not set, as they come from a file, have their defaults in inlined nodes too.
    expect(run(reread(model), 2)).toEqual([2, 2]);
  });

  test('a function that calls itself is refused', () => {
    const model = withFunction(nodeOf({ operator: 'Twice', domain: 'own', inputs: ['a'], outputs: ['b'] }));
    expect(() => run(model, 1)).toThrow("Twice 'b': is a function that calls itself");
  });

  test('sequences with known positions are taken apart and joined', () => {
    const model = withNodes(
      { operator: 'Shape', inputs: ['weight'], outputs: ['shape'] },
      { operator: 'SplitToSequence', inputs: ['x'], outputs: ['parts'], attributes: [integer('axis', 1)] },
      { operator: 'SequenceLength', inputs: ['parts'], outputs: ['count'] },
      { operator: 'Constant', inputs: [], outputs: ['last'], attributes: [integer('value_int', -1)] },
      { operator: 'SequenceAt', inputs: ['parts', 'last'], outputs: ['third'] },
      { operator: 'SequenceConstruct', inputs: ['third', 'third'], outputs: ['pair'] },
      {
        operator: 'ConcatFromSequence',
        inputs: ['pair'],
        outputs: ['joined'],
        attributes: [integer('axis', 1)],
      },
      { operator: 'Cast', inputs: ['count'], outputs: ['number'], attributes: [integer('to', 1)] },
      { operator: 'Mul', inputs: ['joined', 'number'], outputs: ['y'] },
    );
    expect(run(model, 2)).toEqual([6, 6, 15, 15]);
  });

  test('sequences are built up, and optional inputs asked for', () => {
    const model = withNodes(
      { operator: 'SequenceEmpty', inputs: [], outputs: ['none'] },
      { operator: 'SequenceInsert', inputs: ['none', 'x'], outputs: ['one'] },
      { operator: 'Neg', inputs: ['x'], outputs: ['minus'] },
      { operator: 'Constant', inputs: [], outputs: ['first'], attributes: [integer('value_int', 0)] },
      { operator: 'SequenceInsert', inputs: ['one', 'minus', 'first'], outputs: ['two'] },
      { operator: 'SequenceInsert', inputs: ['two', 'minus'], outputs: ['three'] },
      { operator: 'SequenceErase', inputs: ['three', 'first'], outputs: ['rest'] },
      {
        operator: 'ConcatFromSequence',
        inputs: ['rest'],
        outputs: ['joined'],
        attributes: [integer('axis', 0)],
      },
      { operator: 'OptionalHasElement', inputs: [''], outputs: ['given'] },
      { operator: 'Cast', inputs: ['given'], outputs: ['number'], attributes: [integer('to', 1)] },
      { operator: 'Add', inputs: ['joined', 'number'], outputs: ['y'] },
    );
    expect(run(model, 1).map((entry) => entry + 0)).toEqual([0, 1, 2, 0, -1, -2]);
  });

  test('an output that is not computed is refused only where something reads it', () => {
    const twoOutputs = { operator: 'Relu', inputs: ['x'], outputs: ['y', 'mask'] };
    expect(run(withNodes(twoOutputs), 1)).toEqual([0, 1, 2]);
    const read = withNodes(
      { ...twoOutputs, outputs: ['positive', 'mask'] },
      { operator: 'Relu', inputs: ['mask'], outputs: ['y'] },
    );
    expect(() => run(read, 1)).toThrow("Relu 'positive': output 1 ('mask') is read, but not supported");
    expect(() => run(withNodes({ ...twoOutputs, outputs: ['positive', 'y'] }), 1)).toThrow(
      "Relu 'positive': output 1 ('y') is read, but not supported",
    );
  });

  test('a sequence where a tensor belongs is refused', () => {
    const model = withNodes(
      { operator: 'SplitToSequence', inputs: ['x'], outputs: ['parts'] },
      { operator: 'Relu', inputs: ['parts'], outputs: ['y'] },
    );
    expect(() => run(model, 1)).toThrow("Relu 'y': input 0 is a sequence, expected a tensor");
  });

  test("operators of ONNX Runtime's domain are written plainly, or refused by name", () => {
    const gelu = (operator: string): ModelProto =>
      withNodes({ operator, domain: 'com.microsoft', inputs: ['x'], outputs: ['y'] });
    expect(run(gelu('Gelu'), 1)[1]).toBeCloseTo(0.8413447460685429, 6);
    expect(run(gelu('FastGelu'), 1)[1]).toBeCloseTo(0.8411919906082768, 6);
    expect(run(gelu('QuickGelu'), 1)[1]).toBeCloseTo(1 / (1 + Math.exp(-1.702)), 6);
    expect(() => run(gelu('NhwcMaxPool'), 1)).toThrow(
      /^NhwcMaxPool 'y': is of domain 'com.microsoft', of which/,
    );
    const fused = withNodes(
      {
        operator: 'FusedMatMul',
        domain: 'com.microsoft',
        inputs: ['x', 'x'],
        outputs: ['product'],
        attributes: [integer('transB', 1)],
      },
      {
        operator: 'SkipLayerNormalization',
        domain: 'com.microsoft',
        inputs: ['product', 'product', 'one'],
        outputs: ['', '', '', 'y'],
      },
      { operator: 'Identity', inputs: ['product'], outputs: ['one'] },
    );
    expect(run(fused, 1)).toEqual([10]);
  });

  test("FusedMatMul as ONNX Runtime's optimizer writes it", () => {
    const product = (transBatchB: number): ModelProto =>
      withNodes({
        operator: 'FusedMatMul',
        domain: 'com.microsoft',
        inputs: ['x', 'x'],
        outputs: ['y'],
        attributes: [integer('transB', 1), integer('transBatchA', 0), integer('transBatchB', transBatchB)],
      });
    expect(run(product(0), 1)).toEqual([5]);
    expect(() => run(product(1), 1)).toThrow("FusedMatMul 'y': transBatchB 1 is not supported, expected 0");
  });

  test('a fused convolution ends with its activation', () => {
    const text = (name: string, value: string): AttributeProto =>
      create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.STRING,
        s: new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>,
      });
    const shape = (name: string, values: number[]): NodeText => ({
      operator: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: [
        create(AttributeProtoSchema, {
          name: 'value_ints',
          type: AttributeProto_AttributeType.INTS,
          ints: values.map(BigInt),
        }),
      ],
    });
    const model = withNodes(
      shape('image_shape', [-1, 3, 1]),
      shape('kernel_shape', [1, 3, 1]),
      { operator: 'Reshape', inputs: ['x', 'image_shape'], outputs: ['image'] },
      { operator: 'Reshape', inputs: ['weight', 'kernel_shape'], outputs: ['kernel'] },
      { operator: 'Neg', inputs: ['kernel'], outputs: ['negative'] },
      { operator: 'FusedConv', domain: 'com.microsoft', inputs: ['image', 'kernel'], outputs: ['plain'] },
      {
        operator: 'FusedConv',
        domain: 'com.microsoft',
        inputs: ['image', 'negative', '', 'plain'],
        outputs: ['y'],
        attributes: [text('activation', 'Relu')],
      },
    );
    // −3 + 3 and −9 + 9.
    expect(run(model, 2)).toEqual([0, 0]);
  });
});

describe('what cannot be read is refused by name', () => {
  test.each([
    ['no bytes', new Uint8Array(0)],
    ['text', new TextEncoder().encode('this is not a network')],
    ['a file cut short', modelBytes(small()).slice(0, 60)],
  ])('%s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow('are no ONNX model');
  });

  test('an operator set that is not known', () => {
    const model = small();
    model.opsetImport = [create(OperatorSetIdProtoSchema, { domain: '', version: 99n })];
    expect(() => decodeModel(modelBytes(model))).toThrow('opset 99 of ai.onnx; supported are 6 to 28');
    model.opsetImport = [create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n })];
    expect(() => decodeModel(modelBytes(model))).toThrow("imports 'com.microsoft' 1, but not ai.onnx");
  });

  test.each([
    [
      'an unknown operator',
      (model: ModelProto) => (model.graph!.node[1]!.opType = 'Warp'),
      /^Warp.*this operator is not supported/,
    ],
    [
      'another domain',
      (model: ModelProto) => (model.graph!.node[1]!.domain = 'com.microsoft'),
      /domain 'com.microsoft'/,
    ],
    [
      'half precision',
      (model: ModelProto) => (model.graph!.initializer[0]!.dataType = 10),
      /initializer 'weight': holds float16/,
    ],
    [
      'external data',
      (model: ModelProto) => {
        const [tensor] = model.graph!.initializer;
        tensor!.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor!.externalData = [
          create(StringStringEntryProtoSchema, { key: 'location', value: 'weights.bin' }),
        ];
      },
      /initializer 'weight': its data lies outside of the model, in 'weights.bin'/,
    ],
    [
      'too few bytes',
      (model: ModelProto) => (model.graph!.initializer[0]!.rawData = new Uint8Array(8)),
      /has 8 bytes, but float32 of shape \[3, 1\] needs 12/,
    ],
    [
      'a missing input',
      (model: ModelProto) => (model.graph!.node[1]!.input[0] = 'nowhere'),
      /reads 'nowhere', which nothing defines/,
    ],
    [
      'a name defined twice',
      (model: ModelProto) =>
        model.graph!.initializer.push(create(TensorProtoSchema, { ...model.graph!.initializer[0]! })),
      /name 'weight' is defined twice/,
    ],
    [
      'an output that nothing computes',
      (model: ModelProto) => (model.graph!.output[0]!.name = 'z'),
      /output 'z' is computed by no node/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => importModel(changed(change), { inputShapes: { x: [1, 3] } })).toThrow(message);
  });

  test('a model without a graph', () => {
    const empty = create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 18n })],
      graph: create(GraphProtoSchema, { name: 'empty' }),
    });
    expect(() => decodeModel(modelBytes(empty))).toThrow('are no ONNX model');
  });
});
