import { describe, expect, test } from '@jest/globals';
import type { Attributes } from './attributes.js';
import { Node } from './node.js';
import { tensorOf } from './tensor.js';
import { Value } from './value.js';
import { operatorNamed } from '../operators/registry.js';
import { SharedNodes } from './shared-nodes.js';

const [x, y] = [0, 1].map((id) => new Value(id, { dataType: 'float32', shape: [2] }, {}));
const node = (operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}) =>
  new Node(operatorNamed(operator), inputs, attributes, undefined);
const value = (...entries: number[]) => ({ value: tensorOf('float32', [entries.length], entries) });

describe('SharedNodes', () => {
  test.each([
    ['inputs', () => node('Add', [x, y])],
    ['numbers', () => node('Elu', [x], { alpha: 0.1 })],
    ['lists', () => node('Transpose', [x], { perm: [1, 0] })],
    ['words', () => node('Pad', [x, undefined], { mode: 'edge' })],
    ['tensors', () => node('ConstantOfShape', [x], value(0.5, NaN))],
  ])('nodes with the same %s are one', (_, create) => {
    const nodes = new SharedNodes(100);
    expect(nodes.find(create())).toBeUndefined();
    const first = create();
    nodes.add(first);
    expect(nodes.find(create())).toBe(first);
  });

  test.each([
    [node('Add', [x, y]), node('Add', [y, x])],
    [node('Add', [x, y]), node('Sub', [x, y])],
    [node('Pad', [x, undefined, y]), node('Pad', [x, y])],
    [node('Elu', [x], { alpha: 0.1 }), node('Elu', [x], { alpha: 0.2 })],
    [node('Elu', [x], { alpha: 1 }), node('Elu', [x])],
    [node('Elu', [x], { alpha: 0 }), node('Elu', [x], { alpha: -0 })],
    [node('Transpose', [x], { perm: [1, 0] }), node('Transpose', [x], { perm: [0, 1] })],
    [node('Pad', [x], { mode: 'edge' }), node('Pad', [x], { mode: 'wrap' })],
    [node('ConstantOfShape', [x], value(1)), node('ConstantOfShape', [x], value(2))],
    [node('ConstantOfShape', [x], value(0)), node('ConstantOfShape', [x], value(-0))],
    [
      node('ConstantOfShape', [x], value(1)),
      node('ConstantOfShape', [x], { value: tensorOf('int32', [1], [1]) }),
    ],
  ])('others are kept apart: %#', (first, second) => {
    const nodes = new SharedNodes(100);
    nodes.add(first);
    expect(nodes.find(second)).toBeUndefined();
  });

  test('tensors above the limit are not compared', () => {
    const nodes = new SharedNodes(1);
    nodes.add(node('Constant', [], value(1, 2)));
    expect(nodes.find(node('Constant', [], value(1, 2)))).toBeUndefined();
  });
});
