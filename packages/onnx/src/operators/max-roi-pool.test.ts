import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import type { Attributes } from '../graph/attributes.js';

/** The maxima of regions of a column of `height` pixels 1, 2, 3, … */
function maxima(height: number, regions: readonly number[], attributes: Attributes): number[] {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 1, height, 1]);
  const y = graph.only('MaxRoiPool', [x, graph.constant(regions, [regions.length / 5, 5])], attributes);
  const data = Float64Array.from({ length: height }, (_, place) => place + 1);
  return [...interpret([y], new Map([[x, { shape: x.shape, data }]]))[0]!.data];
}

describe('MaxRoiPool', () => {
  // As ONNX Runtime 1.30 and torchvision 0.29 do.
  test('lets float32 decide whether the last bin touches one pixel more', () => {
    // 13 · (7 / 13) is more than 7 in float32, but not in float64.
    const thirteen = maxima(9, [0, 0, 0, 0, 6], { pooled_shape: [13, 1] });
    expect(thirteen).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8]);
    // 7 · (29 / 7) is more than 29 in float64, but not in float32.
    const seven = maxima(40, [0, 0, 0, 0, 28], { pooled_shape: [7, 1] });
    expect(seven).toEqual([5, 9, 13, 17, 21, 25, 29]);
  });

  test('takes a region that ends before it starts for one pixel', () => {
    expect(maxima(9, [0, 0, 4, 0, 2], { pooled_shape: [1, 1] })).toEqual([5]);
  });

  test('refuses what does not fit', () => {
    expect(() => maxima(3, [0, 0, 0, 0, 0], { pooled_shape: [2] })).toThrow(
      'MaxRoiPool: pooled_shape is [2], expected two positive integers',
    );
    expect(() => maxima(3, [1, 0, 0, 0, 0], { pooled_shape: [1, 1] })).toThrow(
      'MaxRoiPool: region 0 is of image 1, expected 0 to 0',
    );
    const graph = new GraphBuilder();
    const [x, regions] = [graph.input('x', 'float32', [1, 1, 2, 2]), graph.input('r', 'float32', [3, 4])];
    expect(() => graph.only('MaxRoiPool', [x, regions], { pooled_shape: [1, 1] })).toThrow(
      'MaxRoiPool: input float32 [1, 1, 2, 2] and regions float32 [3, 4] do not fit, expected float32 [batch, channels, height, width] and [regions, 5]',
    );
  });
});
