import type { Value } from '../graph/value.js';
import { OnnxError, type Place } from '../graph/onnx-error.js';
import type { InputCount } from '../graph/operator.js';

/** Checks that a node has as many inputs as its operator takes, and those that are required. */
export function checkInputs(
  inputs: readonly (Value | undefined)[],
  [least, most]: InputCount,
  place: Place,
): void {
  const missing = Array.from({ length: least }, (_, position) => inputs[position]).indexOf(undefined);
  if (missing >= 0) throw new OnnxError(`input ${missing} is missing`, place);
  if (inputs.length > most) {
    throw new OnnxError(`has ${inputs.length} inputs, expected at most ${most}`, place);
  }
}
