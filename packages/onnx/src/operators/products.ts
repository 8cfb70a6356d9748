import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { broadcastShapes } from '../shapes/broadcast.js';
import { sumToShape } from './binary.js';
import { broadcastTo } from './evaluate-broadcast.js';
import type { Operator } from '../graph/operator.js';

function swapLastAxes(graph: GraphWriter, x: Value): Value {
  const axes = Array.from(x.shape, (_, axis) => axis);
  [axes[x.rank - 2], axes[x.rank - 1]] = [x.rank - 1, x.rank - 2];
  return graph.transpose(x, axes);
}

function matmulShape(node: Node): number[] {
  const [a, b] = [node.input(0), node.input(1)];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (a.rank < 2 || b.rank < 2 || batch === undefined || a.shape.at(-1) !== b.shape.at(-2)) {
    throw node.error(`shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not multiply`);
  }
  return [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
}

export const productOperators: readonly Operator[] = [
  {
    name: 'MatMul',
    inputs: [2, 2],
    roles: ['weight', 'weight'],
    multiplyAdds: (node) => sizeOf(node.output().shape) * node.input(0).shape.at(-1)!,
    readsMany: true,
    infer: (node) => {
      const [a, b] = [node.input(0), node.input(1)];
      if (a.rank >= 2 && b.rank >= 2) return [{ dataType: a.dataType, shape: matmulShape(node) }];
      if (a.rank === 0 || b.rank === 0 || a.shape.at(-1) !== (b.rank === 1 ? b.shape[0] : b.shape.at(-2))) {
        throw node.error(`shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not multiply`);
      }
      return [
        {
          dataType: a.dataType,
          shape: [
            ...a.shape.slice(0, -1),
            ...(b.rank === 1 ? [] : [...b.shape.slice(0, -2), b.shape.at(-1)!]),
          ],
        },
      ];
    },
    // A vector is a matrix of one row or column.
    rewrite: (graph, node) => {
      const [a, b] = [node.input(0), node.input(1)];
      if (a.rank > 1 && b.rank > 1) return undefined;
      const product = graph.matmul(
        a.rank === 1 ? graph.reshape(a, [1, a.shape[0]!]) : a,
        b.rank === 1 ? graph.reshape(b, [b.shape[0]!, 1]) : b,
      );
      return [
        graph.reshape(product, [
          ...a.shape.slice(0, -1),
          ...(b.rank === 1 ? [] : [...b.shape.slice(0, -2), b.shape.at(-1)!]),
        ]),
      ];
    },
    evaluate: (node, [a, b]) => {
      const shape = matmulShape(node);
      const batch = shape.slice(0, -2);
      const [rows, columns] = shape.slice(-2) as [number, number];
      const depth = a!.shape.at(-1)!;
      const left = broadcastTo(a!, [...batch, rows, depth]).data;
      const right = broadcastTo(b!, [...batch, depth, columns]).data;
      const data = new Float64Array(sizeOf(shape));
      for (let entry = 0; entry < data.length; entry++) {
        const column = entry % columns;
        const row = Math.floor(entry / columns);
        const block = Math.floor(row / rows);
        let sum = 0;
        for (let k = 0; k < depth; k++)
          sum += left[row * depth + k]! * right[(block * depth + k) * columns + column]!;
        data[entry] = sum;
      }
      return [{ shape, data }];
    },
    gradient: ({ graph, node, cotangent, needs }) => {
      const [a, b] = [node.input(0), node.input(1)];
      return [
        needs(0) ? sumToShape(graph, graph.matmul(cotangent, swapLastAxes(graph, b)), a.shape) : undefined,
        needs(1) ? sumToShape(graph, graph.matmul(swapLastAxes(graph, a), cotangent), b.shape) : undefined,
      ];
    },
  },
  {
    // α·A′·B′ + β·C.
    name: 'Gemm',
    inputs: [2, 3],
    roles: ['weight', 'weight', 'bias'],
    readsMany: true,
    attributes: { alpha: ['float', 1], beta: ['float', 1], transA: ['int', 0], transB: ['int', 0] },
    infer: (node) => {
      const [a, b] = [node.input(0), node.input(1)];
      const [rows, depth] = node.int('transA') === 1 ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
      const [same, columns] = node.int('transB') === 1 ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
      if (a.rank !== 2 || b.rank !== 2 || depth !== same) {
        throw node.error(`shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] do not multiply`);
      }
      return [{ dataType: a.dataType, shape: [rows!, columns!] }];
    },
    rewrite: (graph, node) => {
      const transposed = (x: Value, flag: string): Value =>
        node.int(flag) === 1 ? graph.transpose(x, [1, 0]) : x;
      const product = graph.multiply(
        graph.matmul(transposed(node.input(0), 'transA'), transposed(node.input(1), 'transB')),
        node.float('alpha'),
      );
      return [
        node.hasInput(2) ? graph.add(product, graph.multiply(node.input(2), node.float('beta'))) : product,
      ];
    },
  },
];
