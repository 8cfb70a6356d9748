import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { describeDataTypeNumber } from '../ir/data-type.js';
import { listNames } from '../training/untrained.js';

/** What an exporter did that is harmless for inference and not for training, one sentence each. */
export function modelWarnings(model: ModelProto, parameters: readonly TensorProto[]): readonly string[] {
  const graph = model.graph!;
  return [
    precision(parameters),
    foldedNormalization(graph),
    foldedTransposes(graph, parameters),
    generatedNames(parameters),
    layersWithoutNodes(graph),
    finalActivation(graph),
  ].filter((warning) => warning !== undefined);
}

const count = (number: number, singular: string): string => `${number} ${singular}${number === 1 ? '' : 's'}`;

function precision(parameters: readonly TensorProto[]): string | undefined {
  const others = parameters.filter(({ dataType }) => dataType !== 1);
  if (others.length === 0) return undefined;
  const types = [...new Set(others.map(({ dataType }) => describeDataTypeNumber(dataType)))].join(', ');
  return `${count(others.length, 'parameter')} of type ${types} (${listNames(others.map(({ name }) => name))}): float32 is trained; export the model in float32, or freeze them`;
}

/** The names that PyTorch's exporters give to the bias that a folded normalization leaves. */
const foldedBias = /^onnx::Conv_\d+$|\.weight_bias$/;

function foldedNormalization({ node }: GraphProto): string | undefined {
  const convolutions = node.filter(({ opType }) => opType === 'Conv');
  const folded = convolutions.filter(({ input }) => foldedBias.test(input[2] ?? ''));
  const remedy =
    'what is trained is the product, without normalization; export with training=TrainingMode.PRESERVE and do_constant_folding=False, or optimize=False';
  if (folded.length > 0) {
    return `batch normalization was folded into ${count(folded.length, 'convolution')} (${listNames(folded.map(({ input }) => input[1]!))}): ${remedy}`;
  }
  const biased = convolutions.filter(({ input }) => (input[2] ?? '') !== '');
  const normalized = node.some(({ opType }) => opType.endsWith('Normalization'));
  if (normalized || convolutions.length < 5 || biased.length < 0.9 * convolutions.length) return undefined;
  return `no normalization, and ${biased.length} of ${count(convolutions.length, 'convolution')} have a bias: if the network has batch normalization, it was folded away; ${remedy}`;
}

/** Weights that were transposed in advance, under a name of the exporter's. */
function foldedTransposes({ node }: GraphProto, parameters: readonly TensorProto[]): string | undefined {
  const generated = new Set(parameters.filter(({ name }) => isGenerated(name)).map(({ name }) => name));
  const transposed = node
    .filter(({ opType, input }) => opType === 'MatMul' && generated.has(input[1] ?? ''))
    .map(({ input }) => input[1]!);
  if (transposed.length === 0) return undefined;
  return `${count(transposed.length, 'weight')} of matrix products (${listNames(transposed)}): transposed by the exporter and under new names, so tuned weights do not go back into the original by name`;
}

/** `onnx::MatMul_123` is TorchScript's, `val_12` the dynamo exporter's. */
const isGenerated = (name: string): boolean => /^onnx::\w+_\d+$|^val_\d+$/.test(name);

function generatedNames(parameters: readonly TensorProto[]): string | undefined {
  const generated = parameters.map(({ name }) => name).filter(isGenerated);
  if (generated.length === 0) return undefined;
  const names = generated.length === 1 ? 'a generated name' : 'generated names';
  return `${count(generated.length, 'parameter')} under ${names} (${listNames(generated)}): computed by the exporter from weights or constants; freeze what should stay constant`;
}

/**
 * Layers of a sequence of which no node is left though both neighbours have some. Dropout does so in evaluation mode.
 */
function layersWithoutNodes({ node }: GraphProto): string | undefined {
  const indices = new Map<string, Set<number>>();
  for (const path of node.map(scopeOf)) {
    for (const [depth, part] of path.entries()) {
      const [, sequence, index] = /^(.*)\.(\d+)$/.exec(part) ?? [];
      if (sequence === undefined) continue;
      const key = [...path.slice(0, depth), sequence].join('/');
      if (!indices.has(key)) indices.set(key, new Set());
      indices.get(key)!.add(Number(index));
    }
  }
  const missing = [...indices].flatMap(([sequence, found]) => {
    const layers = [...found].sort((a, b) => a - b);
    return layers.flatMap((layer, place) => {
      const before = layers[place - 1] ?? layer - 1;
      return Array.from({ length: layer - before - 1 }, (_, gap) => `${sequence}.${before + 1 + gap}`);
    });
  });
  if (missing.length === 0) return undefined;
  return `${count(missing.length, 'layer')} without any node (${listNames(missing)}): a dropout that was removed because the model was exported in evaluation mode, or a layer that does nothing`;
}

/** The layers that a node lies in, outermost first, as PyTorch's exporters write them down. */
function scopeOf({ name, metadataProps }: NodeProto): readonly string[] {
  const scopes = metadataProps.find(({ key }) => key === 'pkg.torch.onnx.name_scopes')?.value;
  if (scopes === undefined) return name.startsWith('/') ? name.split('/').slice(1, -1) : [];
  // The text of a list in Python, of full paths: the longest names all layers.
  return Array.from(scopes.matchAll(/'([^']*)'/g), ([, path]) => path!).slice(1, -1);
}

function finalActivation({ node, output }: GraphProto): string | undefined {
  const name = output[0]!.name;
  const last = node.find((each) => each.output.includes(name))?.opType;
  if (last === undefined || !['Softmax', 'LogSoftmax', 'Sigmoid', 'ArgMax', 'Clip'].includes(last))
    return undefined;
  return `output '${name}' comes from ${last}: losses take logits, the values before it`;
}
