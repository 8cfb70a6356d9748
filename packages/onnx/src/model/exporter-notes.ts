import type { NodeProto } from 'onnx-buf';

/**
 * What PyTorch's default exporter notes beside a node: where in the network it comes from, from the outermost module to
 * the operator.
 *
 * @returns undefined where it notes nothing.
 */
export function exporterNotes(
  { metadataProps }: NodeProto,
  key: 'class_hierarchy' | 'name_scopes',
): readonly string[] | undefined {
  const text = metadataProps.find((each) => each.key === `pkg.torch.onnx.${key}`)?.value;
  // The text of a list in Python.
  return text === undefined ? undefined : Array.from(text.matchAll(/'([^']*)'/g), ([, entry]) => entry!);
}
