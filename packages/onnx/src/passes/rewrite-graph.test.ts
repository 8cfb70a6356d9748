import { liveNodes } from '../graph/live-nodes.js';
import { expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import { genericProfile } from './generic-profile.js';
import { rewriteGraph } from './rewrite-graph.js';

test('a rewritten graph computes the same, gradients included', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2, 3, 4]);
  const inner = graph.only('Softmax', [x], { axis: 1 });
  const last = graph.only('LogSoftmax', [graph.multiply(x, 2)], { axis: -1 });
  const first = graph.only('LogSoftmax', [x], { axis: 0 });
  const loss = graph.sum(graph.multiply(graph.multiply(inner, last), first), [0, 1, 2], false);
  const [gradient] = differentiate(graph, loss, [x]);
  const rewritten = rewriteGraph([x], [loss, gradient!], genericProfile.rewritings);

  const names = liveNodes(rewritten.outputs).map((node) => node.operator.name);
  expect(names).not.toContain('Softmax');
  expect(names.filter((name) => name === 'LogSoftmax')).toHaveLength(1);

  const numbers = { shape: x.shape, data: Float64Array.from({ length: 24 }, (_, place) => Math.sin(place)) };
  const before = interpret([loss, gradient!], new Map([[x, numbers]]));
  const after = interpret(rewritten.outputs, new Map([[rewritten.inputs[0]!, numbers]]));
  before.forEach(({ data }, output) => {
    data.forEach((entry, place) => expect(after[output]!.data[place]).toBeCloseTo(entry, 12));
  });
});
