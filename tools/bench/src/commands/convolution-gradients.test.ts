import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { GraphBuilder, interpret } from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { inputFormOf, kernelFormOf, type Convolution } from '@lovasz/onnx/convolution-gradients';
import { inputCandidates, kernelCandidates } from '../convolution-candidates.js';
import type { Measurement } from '../report.js';

const run = promisify(execFile);

test('the forms of a convolution are timed, and the chosen ones marked', async () => {
  const { stdout } = await run(process.execPath, [
    fileURLToPath(new URL('../../dist/bench.js', import.meta.url)),
    ...['convolution-gradients', '--only', '1×16→32 at 16×32×32, kernel 2×2×2', '--repeats', '1', '--json'],
  ]);
  const { figures } = JSON.parse(stdout) as Measurement;
  expect(figures.map(({ name }) => name.replace(/^.*: /, ''))).toEqual([
    'dX by phases (chosen)',
    'dX by transposed convolution',
    'dW by a product for each tap',
    'dW by cotangent as kernel',
    'dW by one-hot windows (chosen)',
    'dW by joined slices',
    'dW by tiles',
  ]);
  expect(figures.every(({ value }) => value > 0)).toBe(true);
});

const convolution = (
  [channels, filters]: readonly [number, number],
  kernel: readonly number[],
  strides: readonly number[],
  group = 1,
): Convolution => {
  const inputs = [4, 6];
  const outputs = inputs.map((length, axis) => Math.floor((length - kernel[axis]!) / strides[axis]!) + 1);
  const window = { kernel, strides, dilations: [1, 1], before: [0, 0], after: [0, 0], outputs };
  return { batch: 2, channels, filters, group, inputs, window };
};

describe('a form that is measured computes what the chosen one does', () => {
  test.each([
    ['a pointwise kernel', convolution([3, 5], [1, 1], [1, 1])],
    ['one tap with a stride', convolution([3, 5], [1, 1], [2, 3])],
    ['tiles', convolution([2, 3], [2, 3], [2, 3])],
    ['a depthwise kernel', convolution([3, 3], [3, 2], [1, 2], 3)],
    ['groups', convolution([4, 6], [3, 2], [1, 1], 2)],
  ])('%s', (_, of) => {
    const { batch, channels, filters, group, inputs, window } = of;
    const graph = new GraphBuilder();
    const image = graph.input('image', 'float32', [batch, channels, ...inputs]);
    const kernel = graph.input('kernel', 'float32', [filters, channels / group, ...window.kernel]);
    const cotangent = graph.input('cotangent', 'float32', [batch, filters, ...window.outputs]);
    const fed = new Map(
      [image, kernel, cotangent].map((value, place) => {
        const size = sizeOf(value.shape);
        const data = Float64Array.from({ length: size }, (__, entry) => Math.sin(entry * 1.7 + place));
        return [value, { shape: value.shape, data }];
      }),
    );
    const written = [
      [inputFormOf(of), ...inputCandidates.filter((form) => form.fits(of))].map((form) =>
        form.write(graph, kernel, cotangent, of),
      ),
      [kernelFormOf(of), ...kernelCandidates.filter((form) => form.fits(of))].map((form) =>
        form.write(graph, image, cotangent, of),
      ),
    ];
    expect(written.flat().length).toBeGreaterThan(2);
    for (const gradients of written) {
      const [chosen, ...others] = interpret(gradients, fed);
      for (const { shape, data } of others) {
        expect(shape).toEqual(chosen!.shape);
        data.forEach((entry, place) => expect(entry).toBeCloseTo(chosen!.data[place]!, 10));
      }
    }
  });
});
