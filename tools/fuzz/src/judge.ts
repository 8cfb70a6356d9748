import { crossEntropy } from '@lovasz/core';
import { buildTrainingGraph, decodeModel, OnnxError, sgd, type Loss } from '@lovasz/onnx';
import type { Specimen } from './specimen.js';

/** What became of a damaged file. */
export type Verdict =
  /** It is a valid model: a training step could be written. */
  | { readonly kind: 'valid' }
  /** It was refused by an error that was foreseen. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Anything else. */
  | { readonly kind: 'failure'; readonly message: string };

/** Reads a file and writes its training step. */
export function judge(bytes: Uint8Array, { inputShapes }: Pick<Specimen, 'inputShapes'>): Verdict {
  try {
    const model = decodeModel(bytes);
    // A network that has lost or renamed an input would be refused for that alone.
    const present = new Set(model.graph!.input.map((input) => input.name));
    const shapes = Object.entries(inputShapes).filter(([name]) => present.has(name));
    const graph = buildTrainingGraph(model, {
      loss,
      optimizer: sgd(),
      inputShapes: Object.fromEntries(shapes),
    });
    return graph.step.length > 0 ? { kind: 'valid' } : { kind: 'failure', message: 'wrote an empty step' };
  } catch (error) {
    return foreseen(error)
      ? { kind: 'refused', message: (error as Error).message }
      : { kind: 'failure', message: describe(error) };
  }
}

/** What does not suit the loss is refused by the loss, with errors of its own. */
const loss: Loss = (backend, logits, labels) => {
  try {
    return crossEntropy(backend, logits, labels, {});
  } catch (error) {
    if (error instanceof RangeError) throw new OnnxError(`the output is no logits: ${error.message}`);
    throw error;
  }
};

/** An error of ours that does not merely wrap one which nobody expected. */
function foreseen(error: unknown): boolean {
  return OnnxError.isOnnxError(error) && (error.cause === undefined || foreseen(error.cause));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
