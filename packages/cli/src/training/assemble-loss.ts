import {
  combined,
  type CombinedTerm,
  crossEntropy,
  hinge,
  lossesByName,
  type TensorBackend,
} from '@lovasz/core';
import type { Loss } from '@lovasz/onnx';
import { binaryLossNames, type LossName } from '../options/loss.js';
import { UsageError } from '../options/usage-error.js';

/** Stands for a pixel that is left out where labels are 0 and 1. */
const ignored = -1;

/**
 * The sum of losses, each of weight 1, over logits `[images, classes, height, width]` and class ids
 * `[images, height, width]`.
 *
 * A loss on binary labels, such as the Lovász hinge, takes each class against the rest and averages over classes; of one
 * score per pixel, it takes label 1 for the foreground. Several of the others share one softmax.
 *
 * @throws LossRefusedError when built for one score per pixel from a loss over classes.
 */
export function assembleLoss(names: readonly LossName[], ignoreIndex: number): Loss {
  return (backend, logits, labels) => {
    const isBinary = backend.shape(logits)[1] === 1;
    if (isBinary) refuseLossesOverClasses(names);
    const [targets, ignoredTarget] = isBinary
      ? [() => labels, ignoreIndex]
      : [() => eachAgainstTheRest(backend, logits, labels, ignoreIndex), ignored];
    const valueOf = (name: LossName) => {
      switch (name) {
        case 'hinge':
          return hinge(backend, logits, targets(), { ignoreIndex: ignoredTarget });
        case 'binary-cross-entropy':
          return crossEntropy(backend, logits, targets(), { multilabel: true, ignoreIndex: ignoredTarget });
        case 'lovasz-hinge':
        case 'lovasz-sigmoid':
          return lossesByName[name](backend, logits, targets(), {
            multilabel: true,
            ignoreIndex: ignoredTarget,
          });
        default:
          return lossesByName[name](backend, logits, labels, { ignoreIndex });
      }
    };
    const shared = names.filter((name) => sharing.has(name));
    if (shared.length < 2) return names.map(valueOf).reduce((sum, term) => backend.add(sum, term));
    const terms = Object.fromEntries(shared.map((name) => [name, 1]));
    return names
      .filter((name) => !sharing.has(name))
      .map(valueOf)
      .reduce(
        (sum, term) => backend.add(sum, term),
        combined(backend, logits, labels, { ignoreIndex, terms }),
      );
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

/** The losses that can share a softmax. */
const sharing: ReadonlySet<LossName> = new Set<CombinedTerm>([
  'cross-entropy',
  'lovasz-softmax',
  'soft-jaccard',
]);

/** For every class, 1 where it is the label and 0 elsewhere, void kept apart: of the shape of the logits. */
function eachAgainstTheRest<T>(backend: TensorBackend<T>, logits: T, labels: T, ignoreIndex: number): T {
  const classes = Number(backend.shape(logits)[1]);
  const [images, ...pixels] = backend.shape(labels).map(Number);
  const column = backend.reshape(labels, [images!, 1, ...pixels]);
  const ids = Array.from({ length: classes }, (_, id) => id);
  const foreground = backend.equal(column, backend.constant(ids, [1, classes, ...pixels.map(() => 1)]));
  const isVoid = backend.equal(column, backend.constant(ignoreIndex));
  return backend.where(isVoid, backend.constant(ignored), foreground);
}
