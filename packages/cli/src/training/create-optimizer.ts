import { adam, sgd, type Optimizer } from '@lovasz/onnx';
import type { OptimizerOptions } from '../options/optimizer-options.js';

/** The update rule that the options name. */
export function createOptimizer({
  optimizer,
  weightDecay,
}: Pick<OptimizerOptions, 'optimizer' | 'weightDecay'>): Optimizer {
  return optimizer.kind === 'sgd'
    ? sgd({ momentum: optimizer.momentum, weightDecay })
    : adam({ weightDecay });
}
