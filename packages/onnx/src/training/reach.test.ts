import { crossEntropy } from '@lovasz/core';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import { NodeProtoSchema, type ModelProto } from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { decodeModel } from '../model/decode-model.js';
import { encodeModel } from '../model/encode-model.js';
import { adam } from './adam.js';
import { buildGradientGraph } from './gradient-graph.js';
import { checkCuts } from './reach.js';
import { buildTrainingGraph, type TrainingGraphOptions } from './training-graph.js';

const options: TrainingGraphOptions = {
  loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
  optimizer: adam({ weightDecay: 0.01 }),
};

/** What a network is written with: its graph, its input [2, 4], and a weight for each name and shape. */
interface Pen {
  readonly graph: GraphBuilder;
  readonly x: Value;
  weight(name: string, ...shape: number[]): Value;
}

/** A network of named outputs; the first is trained. */
function network(write: (pen: Pen) => Readonly<Record<string, Value>>): ModelProto {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2, 4]);
  const weight = (name: string, ...shape: number[]): Value => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, place) => Math.sin(place + name.length));
    return graph.constantTensor({ dataType: 'float32', shape, data }, name);
  };
  const outputs = Object.entries(write({ graph, x, weight })).map(([name, value]) => ({ name, value }));
  return encodeModel({ name: 'net', inputs: [x], outputs });
}

const namesOf = (graph: { readonly parameters: readonly { readonly name: string }[] }): string[] =>
  graph.parameters.map(({ name }) => name);

describe('parameters that no gradient reaches', () => {
  const twoHeads = network(({ graph, x, weight }) => {
    const body = graph.only('Tanh', [graph.matmul(x, weight('body', 4, 4))]);
    const aux = graph.matmul(body, weight('auxiliary', 4, 2));
    return { seg: graph.matmul(body, weight('head', 4, 3)), aux, half: graph.multiply(aux, 0.5) };
  });

  test('of another output are no state of any graph, and are named with the reason', () => {
    const graph = buildTrainingGraph(twoHeads, options);
    expect(namesOf(graph)).toEqual(['body', 'head']);
    expect(graph.untrained).toEqual([
      { name: 'auxiliary', reason: "only outputs 'aux', 'half' depend on it, and the loss is of 'seg'" },
    ]);
    expect(graph.state.map(({ length }) => length)).toEqual([28, 28, 28]);
    for (const file of ['step', 'forward', 'backward', 'optimizer', 'evaluate'] as const) {
      const vector = decodeModel(graph[file]).graph!.input.find(({ name }) => name === 'parameters')!;
      const type = vector.type!.value.value as { shape: { dim: { value: { value: bigint } }[] } };
      expect([file, Number(type.shape.dim[0]!.value.value)]).toEqual([file, 28]);
    }
    const gradients = buildGradientGraph(twoHeads, options);
    expect(namesOf(gradients.layout)).toEqual(['body', 'head']);
    expect(gradients.outputs).not.toContain('gradient/auxiliary');
  });

  test('name the operator at which their gradient ends; one way around it is enough to be trained', () => {
    const graph = buildTrainingGraph(
      network(({ graph, x, weight }) => {
        const scores = graph.matmul(x, weight('router', 4, 4));
        const [place] = graph.apply('ArgMax', [scores], { axis: 1, keepdims: 1 }, { name: '/pick' });
        const offset = weight('offset', 1, 4);
        const shifted = graph.add(graph.add(x, offset), weight('shift.bias', 4));
        const [rounded] = graph.apply('Floor', [shifted], {}, { name: '/floor' });
        const mixed = graph.add(graph.multiply(rounded!, graph.cast(place!, 'float32')), offset);
        return { seg: graph.matmul(mixed, weight('head', 4, 3)) };
      }),
      options,
    );
    expect(namesOf(graph)).toEqual(['offset', 'head']);
    expect(graph.untrained).toEqual([
      { name: 'router', reason: "its gradient ends at ArgMax '/pick'" },
      { name: 'shift.bias', reason: "its gradient ends at Floor '/floor'" },
    ]);
  });

  test('are named when no output depends on their values', () => {
    const model = network(({ graph, x, weight }) => ({ seg: graph.matmul(x, weight('head', 4, 3)) }));
    const { initializer, node } = model.graph!;
    const unused = { ...initializer[0]!, name: 'unused' };
    initializer.push(unused);
    node.push(create(NodeProtoSchema, { opType: 'Tanh', input: ['unused'], output: ['nowhere'] }));
    expect(buildTrainingGraph(model, options).untrained).toEqual([
      { name: 'unused', reason: 'no output depends on its values in training' },
    ]);
  });

  test('a network of which none is reached is refused with the reasons', () => {
    const model = network(({ graph, x, weight }) => ({
      seg: graph.apply('Round', [graph.matmul(x, weight('head', 4, 3))], {}, { name: 'round' })[0]!,
    }));
    expect(() => buildTrainingGraph(model, options)).toThrow(
      "no gradient of the loss reaches a parameter: 'head' (its gradient ends at Round 'round')",
    );
  });
});

test('a graph that reads past the value of a parameter is refused', () => {
  const graph = new GraphBuilder();
  const vector = graph.input('parameters', 'float32', [10]);
  const [first, second] = graph.split(vector, [4, 6], 0) as [Value, Value];
  const [a, b] = [graph.reshape(first, [2, 2]), graph.reshape(second, [2, 3])];
  const named = [
    { name: 'a', value: a },
    { name: 'b', value: b },
  ];
  const right = graph.matmul(a, b);
  expect(() => checkCuts(named, [right])).not.toThrow();
  const wrong = graph.add(right, graph.sum(second, [0], false));
  expect(() => checkCuts(named, [wrong])).toThrow("reads past the parameter 'b'");
});
