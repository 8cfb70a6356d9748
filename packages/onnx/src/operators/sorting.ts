import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import { normalizeAxis } from '../shapes/axes.js';
import { mapLines } from './softmax.js';
import type { Numbers, Operator } from '../graph/operator.js';

const axisOf = (node: Node, rank: number): number => normalizeAxis(node, node.int('axis'), rank);

/** The k best places of a line. Equal entries keep their order. */
function best(line: readonly number[], count: number, largest: boolean): number[] {
  const places = line.map((_, place) => place);
  places.sort((a, b) => (largest ? line[b]! - line[a]! : line[a]! - line[b]!) || a - b);
  return places.slice(0, count);
}

export const sortingOperators: readonly Operator[] = [
  {
    name: 'TopK',
    inputs: [2, 2],
    attributes: { axis: ['int', -1], largest: ['int', 1], sorted: ['int', 1] },
    infer: (node) => {
      const x = node.input(0);
      const axis = axisOf(node, x.rank);
      const count = node.knownNumbers(1)[0]!;
      if (count < 0 || count > x.shape[axis]!)
        throw node.error(`k is ${count}, but axis ${axis} has ${x.shape[axis]!} entries`);
      const shape = x.shape.map((length, place) => (place === axis ? count : length));
      return [
        { dataType: x.dataType, shape },
        { dataType: 'int64', shape },
      ];
    },
    evaluate: (node, [x]) => {
      const axis = axisOf(node, x!.shape.length);
      const count = node.knownNumbers(1)[0]!;
      const largest = node.int('largest') === 1;
      const places = mapLines(x!, axis, (line) => best(line, line.length, largest));
      const values = mapLines(x!, axis, (line) =>
        best(line, line.length, largest).map((place) => line[place]!),
      );
      return [values, places].map((full) => takeFirst(full, axis, count));
    },
    gradient: ({ graph, node, cotangent }) => [
      graph.only(
        'ScatterElements',
        [graph.fill(0, node.input(0).shape, cotangent.dataType), node.output(1), cotangent],
        { axis: node.int('axis') },
      ),
    ],
  },
  {
    name: 'CumSum',
    inputs: [2, 2],
    attributes: { exclusive: ['int', 0], reverse: ['int', 0] },
    infer: (node) => {
      normalizeAxis(node, node.knownNumbers(1)[0]!, node.input(0).rank);
      return [node.input(0).type];
    },
    evaluate: (node, [x]) => [
      mapLines(x!, normalizeAxis(node, node.knownNumbers(1)[0]!, x!.shape.length), (line) => {
        const order = node.int('reverse') === 1 ? [...line].reverse() : line;
        let sum = 0;
        const sums = order.map((entry) => {
          const before = sum;
          sum += entry;
          return node.int('exclusive') === 1 ? before : sum;
        });
        return node.int('reverse') === 1 ? sums.reverse() : sums;
      }),
    ],
    // Entry i enters the sums from i on, so its gradient is the sum in the other direction.
    gradient: ({ graph, node, cotangent }) => [
      graph.only('CumSum', [cotangent, node.input(1)], {
        exclusive: node.int('exclusive'),
        reverse: 1 - node.int('reverse'),
      }),
    ],
  },
  {
    // Product by product along the axis: so zeros among the factors have the gradient that the others give them.
    name: 'CumProd',
    inputs: [2, 2],
    attributes: { exclusive: ['int', 0], reverse: ['int', 0] },
    infer: (node) => {
      normalizeAxis(node, node.knownNumbers(1)[0]!, node.input(0).rank);
      return [node.input(0).type];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const axis = normalizeAxis(node, node.knownNumbers(1)[0]!, x.rank);
      const parts = [...graph.split(x, new Array<number>(x.shape[axis]!).fill(1), axis)];
      if (node.int('reverse') === 1) parts.reverse();
      if (node.int('exclusive') === 1) {
        parts.pop();
        parts.unshift(
          graph.fill(
            1,
            x.shape.map((length, each) => (each === axis ? 1 : length)),
            x.dataType,
          ),
        );
      }
      const products = parts.slice(0, 1);
      for (const part of parts.slice(1)) products.push(graph.multiply(products.at(-1)!, part));
      return [graph.concat(node.int('reverse') === 1 ? products.reverse() : products, axis)];
    },
  },
];

function takeFirst(x: Numbers, axis: number, count: number): Numbers {
  const shape = x.shape.map((length, place) => (place === axis ? count : length));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const data = new Float64Array(sizeOf(shape));
  for (let entry = 0; entry < data.length; entry++) {
    const outer = Math.floor(entry / (count * inner));
    data[entry] = x.data[outer * x.shape[axis]! * inner + (entry % (count * inner))]!;
  }
  return { shape, data };
}
