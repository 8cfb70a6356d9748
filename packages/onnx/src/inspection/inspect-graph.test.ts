import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import type { Value } from '../graph/value.js';
import { encodeModel, modelBytes } from '../model/encode-model.js';
import { inspectGraph } from './inspect-graph.js';

const graph = new GraphBuilder();
const image = graph.input('image', 'float32', [2, 4, 10, 12]);
const weight = (shape: readonly number[]): Value => graph.input(`weight ${shape.join()}`, 'float32', shape);
const inspect = (value: Value) =>
  inspectGraph(modelBytes(encodeModel({ name: 'g', inputs: graph.inputs, outputs: [{ name: 'y', value }] })));

describe('inspectGraph', () => {
  test.each([
    // Two operations for each of: images × filters × height × width × channels of the group × window.
    ['a convolution', graph.conv(image, weight([6, 4, 3, 5])), 2 * (2 * 6 * 8 * 8) * (4 * 15)],
    [
      'strides and groups',
      graph.conv(image, weight([8, 2, 2, 2]), undefined, { group: 2, strides: [2, 2] }),
      2 * (2 * 8 * 5 * 6) * (2 * 4),
    ],
    // The same for each pixel that is spread.
    [
      'a transposed convolution',
      graph.convTranspose(image, weight([4, 3, 2, 2]), undefined, { strides: [2, 2] }),
      2 * (2 * 4 * 10 * 12) * (3 * 4),
    ],
    ['a matrix product', graph.matmul(image, weight([4, 12, 7])), 2 * (2 * 4 * 10 * 7) * 12],
    ['a Gemm', graph.only('Gemm', [weight([5, 3]), weight([9, 5])], { transA: 1, transB: 1 }), 2 * 3 * 9 * 5],
    ['what only adds', graph.relu(graph.add(image, 1)), 0],
  ])('counts the operations of %s', (_, value, flops) => {
    expect(inspect(value).flops).toBe(flops);
  });

  test('counts the nodes that are written', () => {
    expect(inspect(graph.sqrt(graph.abs(graph.exp(image)))).nodes).toBe(3);
  });
});
