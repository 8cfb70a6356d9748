import type { ModelProto } from 'onnx-buf';

/** What a tensor is in PyTorch: an entry of the module, or computed from some before export. */
export type Origin = 'parameter' | 'buffer' | 'computed';

/**
 * The parameters and buffers of the PyTorch module by the name that its author gave them, as the default exporter notes
 * them; `undefined` where the file has no such note.
 */
export function graphSignature(model: ModelProto): ReadonlyMap<string, Origin> | undefined {
  const signature = model.graph!.metadataProps.find(
    ({ key }) => key === 'pkg.torch.export.ExportedProgram.graph_signature',
  )?.value;
  if (signature === undefined) return undefined;
  const origins = new Map<string, Origin>();
  for (const [, kind, target] of signature.matchAll(/: (PARAMETER|BUFFER) target='([^']*)'/g)) {
    origins.set(target!, kind === 'PARAMETER' ? 'parameter' : 'buffer');
  }
  return origins;
}
