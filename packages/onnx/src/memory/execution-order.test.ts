import { liveNodes } from '../graph/live-nodes.js';
import { expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { executionOrder } from './execution-order.js';

test('what stands later in the file runs first, after what it reads', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [4]);
  const first = graph.exp(x);
  const second = graph.sqrt(x);
  const third = graph.log(second);
  const end = graph.add(graph.add(first, second), third);
  const names = executionOrder(liveNodes([end])).map(({ operator }) => operator.name);
  // Of the last Add's operands the other Add stands later; of that one's, Sqrt. Then Log, which has its operand.
  expect(names).toEqual(['Sqrt', 'Exp', 'Add', 'Log', 'Add']);
});

test('of several ends, that which stands last runs first', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [4]);
  const ends = [graph.exp(x), graph.sqrt(x), graph.abs(x)];
  const names = executionOrder(liveNodes(ends)).map(({ operator }) => operator.name);
  expect(names).toEqual(['Abs', 'Sqrt', 'Exp']);
});
