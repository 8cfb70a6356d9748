import { expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';

/** Quantizes and dequantizes x by scale 0.5 and zero point 3, between the two passing `between`. */
function pair(between: (graph: GraphBuilder, quantized: Value) => Value) {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2, 3]);
  const scale = graph.input('scale', 'float32', []);
  const zero = graph.constant(3, [], 'uint8');
  const quantized = graph.only('QuantizeLinear', [x, scale, zero]);
  const y = graph.only('DequantizeLinear', [between(graph, quantized), scale, zero]);
  const cotangent = graph.constant([1, 2, 3, 4, 5, 6], y.shape);
  const gradients = differentiate(graph, y, [x, scale], cotangent);
  // (0 … 255 − 3)·0.5 is what uint8 holds: −1.5 … 126.
  const feeds = new Map([
    [x, { shape: [2, 3], data: Float64Array.of(-1.6, 0.3, 125.9, 126.2, -1.9, 700) }],
    [scale, { shape: [], data: Float64Array.of(0.5) }],
  ]);
  return interpret([y, ...gradients], feeds).map(({ data }) => [...data]);
}

test('the gradient of a quantization passes straight through within its range, and is 0 outside', () => {
  const [y, dx] = pair((_, quantized) => quantized);
  expect(y).toEqual([-1.5, 0.5, 126, 126, -1.5, 126]);
  // PyTorch: fake_quantize_per_tensor_affine(x, 0.5, 3, 0, 255); −1.6 and 126.2 round to what is in range.
  expect(dx).toEqual([1, 2, 3, 4, 0, 0]);
});

test('the gradient to a scale is that of the rounded values, the rounding taken for the identity', () => {
  const [, , dscale] = pair((_, quantized) => quantized);
  // Within the range round(x/s) − x/s, outside its ends −3 and 252 (Esser et al., 2020, Equation 3).
  const [a, b, c, d] = [-3 + 3.2, 1 - 0.6, 252 - 251.8, 252 - 252.4];
  expect(dscale![0]).toBeCloseTo(a + 2 * b + 3 * c + 4 * d + 5 * -3 + 6 * 252, 9);
});

test('what only moves entries may stand between the two', () => {
  const [y, dx] = pair((graph, quantized) => graph.transpose(graph.reshape(quantized, [3, 2]), [1, 0]));
  expect(y).toEqual([-1.5, 126, -1.5, 0.5, 126, 126]);
  expect(dx).toEqual([1, 4, 2, 5, 0, 0]);
});
