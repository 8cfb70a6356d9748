import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ModelProto,
} from 'onnx-buf';
import { GraphBuilder } from '../builder/graph-builder.js';
import { interpret } from '../interpret.js';
import { decodeModel } from './decode-model.js';
import { encodeModel, modelBytes } from './encode-model.js';
import { importModel } from './import-model.js';
import { writeInitializers } from './write-initializers.js';

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
      "input 'x': has shape [batch, 3]; its symbolic dimensions must be bound",
    );
    expect(() => importModel(small(), { inputShapes: { x: [1, 4] } })).toThrow(
      'has shape [batch, 3], but inputShapes gives [1, 4]',
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
        {
          ...create(NodeProtoSchema),
          $typeName: 'onnx.AttributeProto',
          name: 'axes',
          type: 7,
          ints: [1n],
        } as never,
      ];
    });
    expect(run(old, 2)).toEqual([2, 5]);
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
    expect(() => decodeModel(modelBytes(model))).toThrow('opset 99 of ai.onnx; supported are 13 to 18');
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
