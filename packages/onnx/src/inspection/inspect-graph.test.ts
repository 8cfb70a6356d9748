import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../builder/graph-builder.js';
import type { Value } from '../ir/value.js';
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

  test('counts what is computed and not yet used up', () => {
    const x = weight([10]);
    const first = graph.exp(x);
    const second = graph.log(x);
    // exp and log are alive until they are added; then only the sum, and what is made of it.
    const chain = graph.sqrt(graph.abs(graph.add(first, second)));
    expect(inspect(chain)).toMatchObject({ nodes: 5, peakBytes: 3 * 40 });
    // Kept to the end by its second reader.
    expect(inspect(graph.add(chain, first)).peakBytes).toBe(3 * 40);
    expect(inspect(graph.add(graph.abs(graph.add(chain, second)), first)).peakBytes).toBe(4 * 40);
  });
});
