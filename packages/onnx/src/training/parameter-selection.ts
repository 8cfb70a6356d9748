import { OnnxError } from '../graph/onnx-error.js';

/** Some of a model's tensors: their names, or a test of a name, which is told whether it is trained by default. */
export type ParameterSelection = readonly string[] | ((name: string, byDefault: boolean) => boolean);

/**
 * The selection as a test of a name.
 *
 * @param option how messages call the selection.
 * @throws OnnxError for a listed name that is none of `parameters`.
 */
export function selectionTest(
  option: string,
  selection: ParameterSelection,
  parameters: ReadonlySet<string>,
): (name: string, byDefault: boolean) => boolean {
  if (typeof selection === 'function') return selection;
  const selected = new Set(selection);
  const unknown = selection.find((name) => !parameters.has(name));
  if (unknown === undefined) return (name) => selected.has(name);
  const known = [...parameters];
  const shown = known.slice(0, 10).map((name) => `'${name}'`);
  const rest = known.length - shown.length;
  throw new OnnxError(
    `${option} names '${unknown}', but the model's parameters are ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
  );
}
