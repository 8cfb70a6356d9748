import type { Node } from '../graph/node.js';
import { normalizeAxis } from '../shapes/axes.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import { noGradient, type Numbers, type Operator } from '../graph/operator.js';
import { sizeOf } from '../graph/tensor.js';

const axisOf = (node: Node): number => normalizeAxis(node, node.int('axis'), node.input(0).rank);

/** Applies `compute` to every line of the tensor along an axis. */
export function mapLines(x: Numbers, axis: number, compute: (line: number[]) => ArrayLike<number>): Numbers {
  const length = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const data = new Float64Array(x.data.length);
  for (let block = 0; block < outer; block++) {
    for (let offset = 0; offset < inner; offset++) {
      const start = block * length * inner + offset;
      const line = Array.from({ length }, (_, place) => x.data[start + place * inner]!);
      const result = compute(line);
      for (let place = 0; place < length; place++) data[start + place * inner] = result[place]!;
    }
  }
  return { shape: x.shape, data };
}

function logSumExp(line: readonly number[]): number {
  const largest = line.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(line.reduce((sum, entry) => sum + Math.exp(entry - largest), 0));
}

export const softmaxOperators: readonly Operator[] = [
  {
    name: 'Softmax',
    inputs: [1, 1],
    buffers: overwritesFirst,
    attributes: { axis: ['int', -1] },
    infer: (node) => [node.input(0).type],
    evaluate: (node, [x]) => [
      mapLines(x!, axisOf(node), (line) => {
        const total = logSumExp(line);
        return line.map((entry) => Math.exp(entry - total));
      }),
    ],
    gradient: ({ graph, node, cotangent }) => {
      const y = node.output();
      const weighted = graph.multiply(cotangent, y);
      return [graph.subtract(weighted, graph.multiply(y, graph.sum(weighted, [axisOf(node)])))];
    },
  },
  {
    // 1 at the first of the largest entries: piecewise constant.
    name: 'Hardmax',
    inputs: [1, 1],
    attributes: { axis: ['int', -1] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => {
      const x = node.input(0);
      const axis = axisOf(node);
      const places = graph.constant(
        Array.from({ length: x.shape[axis]! }, (_, place) => place),
        x.shape.map((length, each) => (each === axis ? length : 1)),
        'int64',
      );
      return [graph.cast(graph.equal(graph.only('ArgMax', [x], { axis }), places), x.dataType)];
    },
    gradient: noGradient,
  },
  {
    name: 'LogSoftmax',
    inputs: [1, 1],
    buffers: overwritesFirst,
    attributes: { axis: ['int', -1] },
    infer: (node) => [node.input(0).type],
    evaluate: (node, [x]) => [
      mapLines(x!, axisOf(node), (line) => {
        const total = logSumExp(line);
        return line.map((entry) => entry - total);
      }),
    ],
    gradient: ({ graph, node, cotangent }) => [
      graph.subtract(
        cotangent,
        graph.multiply(graph.exp(node.output()), graph.sum(cotangent, [axisOf(node)])),
      ),
    ],
  },
];
