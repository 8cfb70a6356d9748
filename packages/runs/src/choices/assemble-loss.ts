import { combined, type CombinedTerm } from '@lovasz/core';
import type { Loss } from '@lovasz/onnx';
import { binaryLossNames, type LossName } from './losses.js';
import { UsageError } from '../settings/usage-error.js';

/**
 * The sum of losses, each of weight 1, over logits `[images, classes, height, width]` and class ids
 * `[images, height, width]`: `combined` of core.
 *
 * A loss on binary labels, such as the Lovász hinge, takes each class against the rest and averages over classes; of one
 * score per pixel, it takes label 1 for the foreground.
 *
 * @throws LossRefusedError when built for one score per pixel from a loss over classes.
 */
export function assembleLoss(names: readonly LossName[], ignoreIndex: number): Loss {
  const terms: Partial<Record<CombinedTerm, number>> = {};
  for (const name of names) {
    const added: readonly CombinedTerm[] = name === 'combined' ? ['cross-entropy', 'lovasz-softmax'] : [name];
    for (const term of added) terms[term] = (terms[term] ?? 0) + 1;
  }
  return (backend, logits, labels) => {
    if (backend.shape(logits)[1] === 1) refuseLossesOverClasses(names);
    return combined(backend, logits, labels, { ignoreIndex, terms });
  };
}

/** A loss that does not go with the network. */
export class LossRefusedError extends UsageError {}

function refuseLossesOverClasses(names: readonly LossName[]): void {
  if (names.every((name) => binaryLossNames.includes(name))) return;
  throw new LossRefusedError(
    `--loss: ${names.join('+')} given, but the network puts out one score per pixel, whose softmax is always 1; ` +
      `accepted: ${binaryLossNames.join(', ')}, or a sum of these`,
  );
}
