import { numbersOf, tensorOf, type Tensor } from '../../graph/tensor.js';
import type { Rewriting } from '../profile.js';

/** A tensor of one repeated value. Small ones have become constants before. */
export const filledByExpanding: Rewriting = {
  operator: 'ConstantOfShape',
  reason: 'no kernel',
  rewrite: ({ graph, node }) => {
    const { shape, dataType } = node.output();
    const value = node.optionalAttribute('value') as Tensor | undefined;
    // Whole numbers are kept in 32 bits: see integers-of-32-bits.ts.
    const kept = dataType === 'int64' ? 'int32' : dataType;
    const entries = value === undefined ? [0] : [...numbersOf(value)];
    return [graph.expand(graph.constantTensor(tensorOf(kept, [], entries)), shape)];
  },
};
