import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Convolution } from './convolution-geometry.js';
import { inputFormOf, inputForms, kernelFormOf, kernelForms } from './convolution-gradients.js';
import type { Numbers } from '../graph/operator.js';

interface Geometry {
  readonly image: readonly number[];
  /** [K, C/g, …]. */
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly group?: number;
}

function convolutionOf({ image, kernel, group = 1, ...rest }: Geometry): Convolution {
  const [batch, channels, ...inputs] = image as [number, number, ...number[]];
  const rank = inputs.length;
  const { strides = inputs.map(() => 1), dilations = inputs.map(() => 1) } = rest;
  const pads = rest.pads ?? new Array<number>(2 * rank).fill(0);
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  const outputs = inputs.map((length, axis) => {
    const extent = dilations[axis]! * (kernel[axis + 2]! - 1) + 1;
    return Math.floor((length + before[axis]! + after[axis]! - extent) / strides[axis]!) + 1;
  });
  const window = { kernel: kernel.slice(2), strides, dilations, before, after, outputs };
  return { batch, channels, filters: kernel[0]!, group, inputs, window };
}

const numbers = (shape: readonly number[], phase: number): Numbers => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, place) => Math.sin(1 + 7.3 * place + phase)),
});

const geometries: readonly (readonly [string, Geometry])[] = [
  ['a plane', { image: [2, 3, 5, 4], kernel: [4, 3, 3, 2], pads: [1, 0, 1, 1] }],
  ['strides', { image: [2, 2, 7, 6], kernel: [3, 2, 3, 3], strides: [2, 3], pads: [1, 1, 1, 1] }],
  ['strides longer than the kernel', { image: [1, 2, 8, 7], kernel: [3, 2, 1, 2], strides: [3, 3] }],
  ['inputs that no window reaches', { image: [1, 2, 8, 6], kernel: [2, 2, 3, 3], strides: [3, 2] }],
  ['dilations', { image: [1, 2, 7, 6], kernel: [2, 2, 3, 2], dilations: [2, 3], pads: [2, 1, 0, 2] }],
  [
    'dilations and strides',
    { image: [1, 2, 9, 8], kernel: [2, 2, 3, 2], dilations: [2, 3], strides: [2, 2], pads: [1, 2, 1, 0] },
  ],
  ['groups', { image: [2, 4, 5, 5], kernel: [6, 2, 3, 3], group: 2, pads: [1, 1, 1, 1] }],
  [
    'groups and strides',
    { image: [2, 4, 5, 6], kernel: [6, 2, 3, 2], group: 2, strides: [2, 2], pads: [1, 0, 0, 1] },
  ],
  ['depthwise', { image: [2, 3, 4, 4], kernel: [3, 1, 3, 3], group: 3, pads: [1, 1, 1, 1] }],
  ['a pointwise kernel', { image: [2, 3, 3, 4], kernel: [5, 3, 1, 1] }],
  ['a pointwise kernel in groups', { image: [2, 4, 3, 2], kernel: [6, 2, 1, 1], group: 2 }],
  ['padding around a pointwise kernel', { image: [1, 2, 3, 3], kernel: [2, 2, 1, 1], pads: [1, 0, 0, 2] }],
  ['tiles', { image: [2, 2, 4, 6], kernel: [3, 2, 2, 3], strides: [2, 3] }],
  ['a line', { image: [2, 2, 9], kernel: [3, 2, 4], strides: [2], pads: [1, 2] }],
  ['a line in groups', { image: [1, 4, 8], kernel: [4, 2, 3], strides: [2], group: 2 }],
  [
    'a volume',
    { image: [1, 2, 3, 4, 3], kernel: [2, 2, 2, 3, 2], strides: [1, 2, 2], pads: [1, 1, 0, 0, 1, 1] },
  ],
];

describe.each(geometries)('gradients of a convolution: %s', (_, geometry) => {
  const of = convolutionOf(geometry);
  const { group, window } = of;
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', geometry.image);
  const kernel = graph.input('kernel', 'float32', geometry.kernel);
  const cotangent = graph.input('cotangent', 'float32', [of.batch, of.filters, ...window.outputs]);
  const fed = new Map([image, kernel, cotangent].map((value, place) => [value, numbers(value.shape, place)]));
  const loss = graph.sum(
    graph.multiply(
      graph.conv(image, kernel, undefined, {
        group,
        strides: window.strides,
        dilations: window.dilations,
        pads: [...window.before, ...window.after],
      }),
      cotangent,
    ),
    cotangent.shape.map((__, axis) => axis),
    false,
  );

  /** By central differences. The loss is linear in each operand, so that they are exact but for rounding. */
  const differences = (operand: Value): number[] =>
    Array.from(fed.get(operand)!.data, (entry, place) => {
      const [after, before] = [1, -1].map((step) => {
        const moved = Float64Array.from(fed.get(operand)!.data);
        moved[place] = entry + step;
        const numbersThere = new Map(fed).set(operand, { shape: operand.shape, data: moved });
        return interpret([loss], numbersThere)[0]!.data[0]!;
      });
      return (after! - before!) / 2;
    });

  const expectGradient = (gradient: Value, operand: Value): void => {
    expect(gradient.shape).toEqual(operand.shape);
    const [found] = interpret([gradient], fed);
    differences(operand).forEach((entry, place) => expect(found!.data[place]).toBeCloseTo(entry, 9));
  };

  test.each(inputForms.filter((form) => form.fits(of)))('to the image: $name', (form) => {
    expectGradient(form.write(graph, kernel, cotangent, of), image);
  });

  test.each(kernelForms.filter((form) => form.fits(of)))('to the kernel: $name', (form) => {
    expectGradient(form.write(graph, image, cotangent, of), kernel);
  });
});

describe('the form that is chosen', () => {
  test.each<[string, Geometry]>([
    ['flipped kernel', { image: [4, 64, 90, 120], kernel: [64, 64, 3, 3], pads: [1, 1, 1, 1] }],
    ['flipped kernel', { image: [4, 96, 56, 56], kernel: [96, 1, 5, 5], group: 96, pads: [2, 2, 2, 2] }],
    ['flipped kernel', { image: [8, 128, 45, 60], kernel: [32, 128, 1, 1] }],
    ['transposed convolution', { image: [4, 64, 9, 9], kernel: [64, 64, 3, 3], strides: [2, 2] }],
    // Padding as wide as the kernel: read backwards it would have to start before the first result.
    ['transposed convolution', { image: [1, 2, 5, 5], kernel: [2, 2, 2, 2], pads: [2, 2, 2, 2] }],
    ['phases', { image: [1, 8, 16, 32, 32], kernel: [16, 8, 3, 3, 3], strides: [2, 2, 2] }],
    ['phases', { image: [4, 64, 1000], kernel: [64, 64, 3], strides: [2] }],
    ['transposed convolution', { image: [4, 64, 1000], kernel: [64, 64, 3], strides: [2], dilations: [2] }],
  ])('dX by %s: %j', (name, geometry) => {
    expect(inputFormOf(convolutionOf(geometry)).name).toBe(name);
  });

  test.each<[string, Geometry]>([
    ['product', { image: [8, 128, 45, 60], kernel: [32, 128, 1, 1] }],
    ['product', { image: [4, 64, 56, 56], kernel: [64, 16, 1, 1], group: 4 }],
    ['one-hot windows', { image: [4, 64, 56, 56], kernel: [128, 64, 1, 1], strides: [2, 2] }],
    ['one-hot windows', { image: [4, 64, 90, 120], kernel: [64, 64, 3, 3] }],
    ['one-hot windows', { image: [4, 16, 90, 120], kernel: [16, 16, 3, 3], strides: [2, 2] }],
    ['one-hot windows', { image: [4, 96, 56, 56], kernel: [96, 1, 3, 3], group: 96 }],
    ['a product for each tap', { image: [4, 16, 90, 120], kernel: [16, 16, 3, 3] }],
    ['a product for each tap', { image: [4, 64, 32, 32], kernel: [64, 64, 7, 7] }],
    ['a sum for each tap', { image: [1, 32, 16, 28, 28], kernel: [32, 1, 3, 3, 3], group: 32 }],
    ['one-hot windows', { image: [1, 32, 16, 32, 32], kernel: [32, 32, 3, 3, 3], strides: [2, 2, 2] }],
    ['cotangent as kernel', { image: [1, 32, 16, 32, 32], kernel: [32, 32, 4, 4, 4], strides: [2, 2, 2] }],
    ['cotangent as kernel', { image: [4, 64, 32, 32], kernel: [64, 64, 9, 9] }],
    ['cotangent as kernel', { image: [2, 3, 64, 64], kernel: [64, 3, 7, 7], strides: [2, 2] }],
    ['cotangent as kernel', { image: [4, 96, 56, 56], kernel: [96, 1, 7, 7], group: 96 }],
    // One-hot kernels of as many numbers as a large network has would be no help.
    ['cotangent as kernel', { image: [1, 3e5, 4, 4], kernel: [3e5, 1, 4, 4], group: 3e5 }],
  ])('dW by %s: %j', (name, geometry) => {
    expect(kernelFormOf(convolutionOf(geometry)).name).toBe(name);
  });
});
