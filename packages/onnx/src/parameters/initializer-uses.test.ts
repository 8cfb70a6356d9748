import { create } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type NodeProto,
} from 'onnx-buf';
import { initializerUses, type InitializerUse } from './initializer-uses.js';

const node = (
  opType: string,
  input: string[],
  output: string[],
  { domain = '', attribute = [] }: { domain?: string; attribute?: AttributeProto[] } = {},
): NodeProto => create(NodeProtoSchema, { opType, input, output, domain, attribute });

function usesIn(nodes: NodeProto[], functions: FunctionProto[] = []): readonly InitializerUse[] {
  const initializer = ['weight', 'mean'].map((name) => create(TensorProtoSchema, { name }));
  return initializerUses(
    create(ModelProtoSchema, { graph: create(GraphProtoSchema, { initializer, node: nodes }), functions }),
  );
}

test('an initializer is used by each node that reads it, at its position', () => {
  expect(usesIn([node('Add', ['weight', 'x'], ['sum']), node('Conv', ['sum', 'weight', ''], ['y'])])).toEqual(
    [
      { initializer: 'weight', domain: '', operator: 'Add', position: 0 },
      { initializer: 'weight', domain: '', operator: 'Conv', position: 1 },
    ],
  );
});

test('an Identity gives a second name, wherever it stands in the file', () => {
  expect(
    usesIn([
      node('BatchNormalization', ['x', 's', 'b', 'third', 'v'], ['y']),
      node('Identity', ['second'], ['third']),
      node('Identity', ['mean'], ['second']),
    ]),
  ).toEqual([{ initializer: 'mean', domain: '', operator: 'BatchNormalization', position: 3 }]);
});

test('what a function does with its operand is a use of the initializer', () => {
  const normalize = create(FunctionProtoSchema, {
    domain: 'own',
    name: 'Normalize',
    input: ['values', 'average'],
    output: ['result'],
    node: [
      // A name of the graph means nothing inside.
      node('Sub', ['values', 'average'], ['weight']),
      node('Relu', ['weight'], ['result']),
    ],
  });
  expect(usesIn([node('Normalize', ['x', 'mean'], ['y'], { domain: 'own' })], [normalize])).toEqual([
    { initializer: 'mean', domain: '', operator: 'Sub', position: 1 },
  ]);
});

test('a function that calls itself ends', () => {
  const endless = create(FunctionProtoSchema, {
    domain: 'own',
    name: 'Endless',
    input: ['values'],
    output: ['result'],
    node: [node('Endless', ['values'], ['result'], { domain: 'own' })],
  });
  expect(usesIn([node('Endless', ['weight'], ['y'], { domain: 'own' })], [endless])).toEqual([]);
});

test('functions that call each other twice are searched once each', () => {
  const functions = Array.from({ length: 60 }, (_, depth) =>
    create(FunctionProtoSchema, {
      domain: 'own',
      name: `Depth${depth}`,
      input: ['values'],
      output: ['result'],
      node:
        depth === 0
          ? [node('Neg', ['values'], ['result'])]
          : ['first', 'result'].map((name) =>
              node(`Depth${depth - 1}`, ['values'], [name], { domain: 'own' }),
            ),
    }),
  );
  expect(usesIn([node('Depth59', ['weight'], ['y'], { domain: 'own' })], functions)).toEqual([
    { initializer: 'weight', domain: '', operator: 'Neg', position: 0 },
  ]);
});

test('a branch reads what lies outside, unless a name of its own hides it', () => {
  const branch = create(AttributeProtoSchema, {
    name: 'then_branch',
    type: AttributeProto_AttributeType.GRAPH,
    g: create(GraphProtoSchema, {
      node: [node('Neg', ['weight'], ['mean']), node('Abs', ['mean'], ['result'])],
    }),
  });
  expect(usesIn([node('If', ['condition'], ['y'], { attribute: [branch] })])).toEqual([
    { initializer: 'weight', domain: '', operator: 'Neg', position: 0 },
  ]);
});
