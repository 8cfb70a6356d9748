import { expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { kernelTypes } from './kernel-types.js';
import { missingKernel } from './missing-kernel.js';

test('the types of the first input, or of the output', () => {
  expect(kernelTypes('Add', 'webgpu')).toEqual(['float32', 'int32']);
  expect(kernelTypes('Cast', 'webgpu')).not.toContain('int64');
  expect(kernelTypes('OneHot', 'cpu')).toEqual(['float32', 'int32', 'int64']);
  expect(kernelTypes('Sign', 'webgpu')).toEqual([]);
  expect(kernelTypes('NoSuchOperator', 'cpu')).toEqual([]);
});

test('a missing kernel says for which types', () => {
  const graph = new GraphBuilder();
  const wide = graph.input('wide', 'int64', [2]);
  const sum = graph.add(wide, wide).producer!;
  expect(missingKernel(sum, 'cpu', () => true)).toBeUndefined();
  expect(missingKernel(sum, 'webgpu', () => true)).toBe('Add: no kernel for T int64');
  const sign = graph.only('Sign', [graph.cast(wide, 'float32')]).producer!;
  expect(missingKernel(sign, 'webgpu', () => true)).toBe('Sign: no kernel');
});

test('a kernel that cannot do all says what', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 1, 4, 4]);
  const pool = graph.only('MaxPool', [x], { kernel_shape: [2, 2] }).producer!;
  expect(missingKernel(pool, 'webgpu', () => false)).toBeUndefined();
  expect(missingKernel(pool, 'webgpu', () => true)).toBe('MaxPool: the kernel gives no Indices');
});
