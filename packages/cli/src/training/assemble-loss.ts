import {
  combined,
  type CombinedTerm,
  hinge,
  lossesByName,
  type LossName,
  type TensorBackend,
} from '@lovasz/core';
import type { Loss } from '@lovasz/onnx';

/** Stands for a pixel that is left out where labels are 0 and 1. */
const ignored = -1;

/**
 * The sum of losses, each of weight 1, over logits `[images, classes, height, width]` and class ids
 * `[images, height, width]`.
 *
 * A loss on binary labels, such as the Lovász hinge, takes each class against the rest and averages over classes.
 * Several of the others share one softmax.
 */
export function assembleLoss(names: readonly LossName[], ignoreIndex: number): Loss {
  return (backend, logits, labels) => {
    const eachClass = () => eachAgainstTheRest(backend, logits, labels, ignoreIndex);
    const valueOf = (name: LossName) => {
      switch (name) {
        case 'hinge':
          return hinge(backend, logits, eachClass(), { ignoreIndex: ignored });
        case 'lovasz-hinge':
        case 'lovasz-sigmoid':
          return lossesByName[name](backend, logits, eachClass(), {
            multilabel: true,
            ignoreIndex: ignored,
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
