import type { ModelProto } from 'onnx-buf';
import { graphSignature } from '../parameters/graph-signature.js';
import type { Survey } from '../parameters/survey.js';
import { layerOf } from './exporter-scopes.js';
import type { FoldedNormalization } from './folded-normalization.js';

/**
 * The parameters of the PyTorch module, by the names that its author gave them, of which the file has no tensor: the
 * default exporter's optimizer leaves out what is zero, and computes in advance what it can. Those that are there under
 * another name (transposed, reshaped, of a recurrent layer, one with another) and those of a folded normalization are none of
 * these.
 */
export function lostParameters(
  model: ModelProto,
  { tensors }: Survey,
  folded: readonly FoldedNormalization[],
): readonly string[] {
  const signature = graphSignature(model);
  if (signature === undefined) return [];
  const there = new Set([
    ...model.graph!.initializer.map(({ name }) => name),
    ...tensors.map(({ tensor }) => tensor.name),
  ]);
  const normalizations = new Set(folded.map(({ layer }) => layer));
  const recurrent = new Set(model.graph!.node.filter(({ opType }) => isRecurrent.test(opType)).map(layerOf));
  // Where nothing is computed in advance, a weight that has no tensor is one with another.
  const computes = tensors.some(({ isGenerated, mergedWith }) => isGenerated && mergedWith === undefined);
  const lost = new Set(
    [...signature].flatMap(([name, origin]) => {
      const layer = layerHolding(name);
      const isTied = !computes && !name.endsWith('bias');
      const isThere = there.has(name) || normalizations.has(layer) || recurrent.has(layer) || isTied;
      return origin === 'parameter' && !isThere ? name : [];
    }),
  );
  for (const { tensor, isGenerated, mergedWith, uses } of tensors) {
    const isPart = mergedWith !== undefined && !signature.has(tensor.name);
    if (!isPart && !(isGenerated && mergedWith === undefined && /^val_\d+$/.test(tensor.name))) continue;
    const renamed =
      uses
        .map(({ node, role }) => parameterOf(lost, layerOf(node), role))
        .find((name) => name !== undefined) ??
      [...lost].find((name) => isPart && withoutNumbers(name) === withoutNumbers(mergedWith));
    if (renamed !== undefined) lost.delete(renamed);
  }
  return [...lost];
}

const isRecurrent = /^(GRU|LSTM|RNN)$/;
const withoutNumbers = (name: string): string => name.replaceAll(/\d+/g, '');
const layerHolding = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

/** The parameter of a layer that may have such a role, among the names. */
function parameterOf(
  names: ReadonlySet<string>,
  layer: string | undefined,
  role: Survey['tensors'][number]['uses'][number]['role'],
): string | undefined {
  if (role !== 'weight' && role !== 'scale' && role !== 'slope' && role !== 'bias') return undefined;
  const isBias = role === 'bias';
  return [...names].find((name) => layerHolding(name) === layer && /bias$/.test(name) === isBias);
}
