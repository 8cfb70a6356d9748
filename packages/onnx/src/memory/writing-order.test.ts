import { liveNodes } from '../graph/live-nodes.js';
import { expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from '../differentiation/differentiate.js';
import { executionOrder } from './execution-order.js';
import { planMemory } from './plan-memory.js';
import { writingOrder } from './writing-order.js';

/** The gradients of a chain of products with a nonlinearity between, that of the first product written last. */
function chain(layers: number) {
  const graph = new GraphBuilder();
  const weights = Array.from({ length: layers }, (_, layer) => graph.input(`w${layer}`, 'float32', [64, 64]));
  let x = graph.input('x', 'float32', [512, 64]);
  for (const weight of weights) x = graph.only('Tanh', [graph.matmul(x, weight)]);
  const loss = graph.sum(x, [0, 1], false);
  const gradients = differentiate(graph, loss, weights);
  const vectors = [...gradients].reverse().map((each) => graph.reshape(each, [-1]));
  return [graph.concat(vectors.reverse(), 0)];
}

test('every live node is written once, after those it reads from', () => {
  const outputs = chain(8);
  const written = writingOrder(outputs);
  expect(new Set(written)).toEqual(new Set(liveNodes(outputs)));
  expect(written).toHaveLength(liveNodes(outputs).length);
  const places = new Map(written.map((node, place) => [node, place]));
  for (const node of written) {
    for (const input of node.inputs) {
      if (input?.producer !== undefined) expect(places.get(input.producer)).toBeLessThan(places.get(node)!);
    }
  }
});

test('the runtime holds less than in the order of creation', () => {
  const outputs = chain(12);
  const alone = planMemory(outputs).peak;
  const ordered = planMemory(outputs, { order: executionOrder(writingOrder(outputs)) }).peak;
  // Left alone it holds 12 activations and 12 cotangents; otherwise cotangents go as they are used.
  expect(ordered).toBeLessThan(0.7 * alone);
});
