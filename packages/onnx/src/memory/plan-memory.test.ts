import { liveNodes } from '../graph/live-nodes.js';
import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import type { Value } from '../graph/value.js';
import { planMemory } from './plan-memory.js';

const size = 1000;
const bytes = 4 * size;

/** The plan of a graph that is executed as it was written, with the sum of `write`'s result as its output. */
function plan(write: (graph: GraphBuilder, x: Value) => Value) {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [size]);
  const end = graph.sum(write(graph, x), [0], false);
  return planMemory([end], { order: liveNodes([end]) });
}

describe('planMemory', () => {
  test('a result takes the place of an operand that is not needed again', () => {
    const { peak, peakNode, inputs, outputs } = plan((graph, x) => graph.sqrt(graph.abs(graph.exp(x))));
    // The caller's input is never written over, and the sum is the caller's.
    expect([peak, inputs, outputs]).toEqual([bytes, bytes, 4]);
    expect(peakNode!.operator.name).toBe('Exp');
  });

  test('an operand that is needed again stays', () => {
    const { peak, peakNode } = plan((graph, x) => {
      const y = graph.exp(x);
      return graph.multiply(y, graph.log(graph.sqrt(y)));
    });
    expect(peak).toBe(2 * bytes);
    expect(peakNode!.operator.name).toBe('Sqrt');
  });

  test('an operator that cannot write over its operand needs room for both', () => {
    expect(plan((graph, x) => graph.only('Sin', [graph.only('Cos', [x])])).peak).toBe(2 * bytes);
  });

  test('another shape is another view, whether the original lives or not', () => {
    const { peak } = plan((graph, x) => {
      const y = graph.exp(x);
      const view = graph.reshape(y, [10, 100]);
      return graph.add(y, graph.reshape(graph.sqrt(view), [size]));
    });
    // √ may not write over the view, since y is read once more.
    expect(peak).toBe(2 * bytes);
  });

  test('a dead buffer waits for the next value of its shape', () => {
    const wide = (graph: GraphBuilder, x: Value) => {
      const twice = graph.concat([x, x], 0);
      return graph.sum(graph.concat([twice, twice], 0), [0]);
    };
    // Beside the pieces of 2 and 4 lies the exponential, which is dead: only if its place is wanted again.
    expect(plan((graph, x) => wide(graph, graph.exp(x))).peak).toBe(6 * bytes);
    expect(plan((graph, x) => graph.expand(wide(graph, graph.exp(x)), [size])).peak).toBe(7 * bytes);
  });

  test('what depends on nothing is computed when the session begins', () => {
    const { peak, constants } = plan((graph, x) => graph.multiply(x, graph.fill(2, [100 * size, 1])));
    expect(constants).toBeGreaterThanOrEqual(100 * bytes);
    expect(peak).toBe(100 * size * bytes);
  });

  test('a transposed factor is read by the product as it lies', () => {
    const product = (fused: boolean) => {
      const graph = new GraphBuilder();
      const x = graph.input('x', 'float32', [30, 40]);
      const factor = graph.transpose(graph.only('Sin', [x]), [1, 0]);
      const y = graph.sum(graph.matmul(x, fused ? factor : graph.only('Cos', [factor])), [0, 1], false);
      return planMemory([y], { order: liveNodes([y]) }).peak;
    };
    expect(product(true)).toBe(4 * (30 * 40 + 30 * 30));
    expect(product(false)).toBe(4 * (2 * 30 * 40));
  });

  test('a transposed convolution needs its columns', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [5, 3, 8, 8]);
    const weight = graph.input('w', 'float32', [3, 2, 4, 4]);
    const y = graph.sum(graph.convTranspose(x, weight, undefined, { strides: [4, 4] }), [0, 1, 2, 3], false);
    expect(planMemory([y]).peak).toBe(4 * (5 * 2 * 32 * 32 + 2 * 4 * 4 * 8 * 8));
  });
});
