import { create } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import { encodeModel } from '../model/encode-model.js';
import { importModel } from '../model/import-model.js';
import { writeInitializers } from '../training/write-initializers.js';
import { networkLayout } from '../training/network.js';

const tensor = (name: string, floatData: number[]): TensorProto =>
  create(TensorProtoSchema, { name, dataType: 1, dims: [BigInt(floatData.length)], floatData });

const constant = (output: string, entries: number[]): NodeProto =>
  create(NodeProtoSchema, {
    opType: 'Constant',
    output: [output],
    attribute: [create(AttributeProtoSchema, { name: 'value', type: 4, t: tensor('', entries) })],
  });

/** A branch that adds its own `w`, which a Constant or an initializer holds, to `x`. */
const branch = (output: string, entries: number[], isConstant: boolean): GraphProto =>
  create(GraphProtoSchema, {
    node: [
      ...(isConstant ? [constant('w', entries)] : []),
      create(NodeProtoSchema, { opType: 'Add', input: ['x', 'w'], output: [output] }),
    ],
    initializer: isConstant ? [] : [tensor('w', entries)],
    output: [create(ValueInfoProtoSchema, { name: output })],
  });

test('weights of two branches under one name are trained, and written apart', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2]);
  const model = encodeModel({ name: 'g', inputs: [x], outputs: [{ name: 'y', value: graph.relu(x) }] });
  const { node, initializer } = model.graph!;
  initializer.push(create(TensorProtoSchema, { name: 'choice', dataType: 9, int32Data: [0] }));
  node[0]!.input[0] = 'chosen';
  const attribute = [
    create(AttributeProtoSchema, { name: 'then_branch', type: 5, g: branch('a', [0.5, 0.25], true) }),
    create(AttributeProtoSchema, { name: 'else_branch', type: 5, g: branch('b', [1.5, 2.25], false) }),
  ];
  node.unshift(
    create(NodeProtoSchema, {
      opType: 'If',
      name: 'choose',
      input: ['choice'],
      output: ['chosen'],
      attribute,
    }),
  );
  const names = networkLayout(model).parameters.map(({ name }) => name);
  expect(names.sort()).toEqual(['choose/w', 'choose/w.2']);

  const trained = writeInitializers(model, new Map([['choose/w.2', Float32Array.of(10, 20)]]));
  const { inputs, outputs } = importModel(trained);
  const [found] = interpret(
    [outputs[0]!.value],
    new Map([[inputs[0]!, { shape: [2], data: Float64Array.of(1, 2) }]]),
  );
  expect([...found!.data]).toEqual([11, 22]);
});
