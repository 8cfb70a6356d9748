import { liveNodes } from '../graph/live-nodes.js';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphBuilder } from '../graph-builder.js';
import { backpropagate } from './differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import { normalizeByBatch } from '../operators/normalization.js';
import { executionOrder } from '../memory/execution-order.js';
import { planMemory } from '../memory/plan-memory.js';
import { recomputation } from './recomputation.js';
import { cutIntoSegments } from './segments.js';
import { writingOrder } from '../memory/writing-order.js';
import { sizeOf } from '../graph/tensor.js';

interface Net {
  readonly graph: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly weights: readonly Value[];
  readonly loss: Value;
}

/** Convolution, batch normalization, activation, again and again, with a connection over two layers each. */
function network(layers: number, side = 6): Net {
  const graph = new GraphBuilder();
  const image = graph.input('x', 'float32', [2, 4, side, side]);
  const scale = graph.input('scale', 'float32', [4]);
  const weights = Array.from({ length: layers }, (_, layer) =>
    graph.input(`w${layer}`, 'float32', [4, 4, 3, 3]),
  );
  const values = [image, image];
  weights.forEach((weight, layer) => {
    const z = graph.conv(values.at(-1)!, weight, undefined, { pads: [1, 1, 1, 1] });
    const { y } = normalizeByBatch(graph, { x: z, scale, bias: scale, epsilon: 1e-5 });
    values.push(graph.add(graph.only('Tanh', [y]), values[layer]!));
  });
  const loss = graph.sum(graph.multiply(values.at(-1)!, values.at(-1)!), [0, 1, 2, 3], false);
  return { graph, inputs: [image, scale, ...weights], weights: [scale, ...weights], loss };
}

function gradientsOf({ graph, loss, weights }: Net, segments: number | 'auto'): readonly Value[] {
  const replay = recomputation(graph, cutIntoSegments(liveNodes([loss]), segments));
  const outputs = [{ output: loss, cotangent: graph.constant(1) }];
  return backpropagate(graph, outputs, weights, replay).gradients.map((gradient) => gradient!);
}

const feedsOf = ({ inputs }: Net) =>
  new Map(
    inputs.map(({ shape }, input) => {
      const length = sizeOf(shape);
      const data = Float64Array.from({ length }, (_, place) => 0.5 + Math.sin(1.7 * place + input) / 2);
      return [inputs[input]!, { shape, data }];
    }),
  );

describe('recomputation', () => {
  test('gradients are the same, whatever the segments', () => {
    const plain = network(5);
    const expected = interpret(gradientsOf(plain, 1), feedsOf(plain));
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constant('auto' as const)), (segments) => {
        const net = network(5);
        // The same operations on the same numbers: equal to the last bit.
        expect(interpret(gradientsOf(net, segments), feedsOf(net))).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });

  test('less is held at once', () => {
    const peaks = [1, 4, 'auto' as const].map((segments) => {
      const net = network(16, 64);
      const outputs = gradientsOf(net, segments);
      return planMemory(outputs, { order: executionOrder(writingOrder(outputs)) }).peak;
    });
    for (const peak of peaks.slice(1)) expect(peak).toBeLessThan(0.65 * peaks[0]!);
  });

  test('the values of one segment are computed again, those of the last are not', () => {
    const net = network(4);
    const count = (outputs: readonly Value[]) =>
      liveNodes(outputs).filter(({ operator }) => operator.name === 'Tanh').length;
    expect(count(gradientsOf(network(4), 1))).toBe(4);
    expect(count(gradientsOf(net, 2))).toBeGreaterThan(4);
    expect(count(gradientsOf(network(4), 2))).toBeLessThan(8);
  });

  test('what would be different a second time is kept', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [8]);
    const noise = graph.only('Dropout', [x]);
    const y = graph.only('Tanh', [graph.multiply(graph.exp(x), noise)]);
    const loss = graph.sum(graph.exp(graph.exp(y)), [0], false);
    const nodes = liveNodes([loss]);
    const replay = recomputation(graph, [nodes.slice(0, 4), nodes.slice(4)]);
    const outputs = [{ output: loss, cotangent: graph.constant(1) }];
    const [gradient] = backpropagate(graph, outputs, [x], replay).gradients;
    const names = liveNodes([gradient!]).map(({ operator }) => operator.name);
    expect(names.filter((name) => name === 'Dropout')).toHaveLength(1);
    expect(names.filter((name) => name === 'Tanh')).toHaveLength(2);
  });
});
