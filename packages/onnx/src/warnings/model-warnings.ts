import type { GraphProto, ModelProto, TensorProto } from 'onnx-buf';
import type { BatchNormalizationMode } from '../parameters/batch-normalization-mode.js';
import { surveyModel, type Survey } from '../parameters/survey.js';
import { listNames } from '../parameters/untrained.js';
import { fixedValues } from './fixed-values.js';
import { layerOf, layersLeft, memberOf, placeInSequence, sourceOperator } from './exporter-scopes.js';
import { finalActivation } from './final-activation.js';
import { foldedNormalizations, type FoldedNormalization } from './folded-normalization.js';
import { lostParameters } from './lost-parameters.js';
import { parameterWarnings } from './parameter-warnings.js';

/**
 * What an exporter did, or the model is, that is harmless for inference and not for training, one sentence each.
 *
 * @param parameters those that are trained.
 */
export function modelWarnings(
  model: ModelProto,
  parameters: readonly TensorProto[],
  {
    batchNormalization = 'train',
    output,
  }: {
    readonly batchNormalization?: BatchNormalizationMode | undefined;
    /** The output that is trained. Default: the first. */
    readonly output?: string | undefined;
  } = {},
): readonly string[] {
  const graph = model.graph!;
  const folded = foldedNormalizations(graph);
  const survey = surveyModel(model);
  return [
    activatedOutput(graph, output ?? graph.output[0]!.name),
    ...parameterWarnings(survey, parameters),
    folded.length > 0 ? foldedLayers(graph, folded) : perhapsFolded(graph),
    batchNormalization === 'train' ? keptStatistics(graph) : undefined,
    transposedWeights(graph, parameters),
    generatedNames(graph, parameters, folded, survey),
    leftOut(lostParameters(model, survey, folded)),
    layersWithoutNodes(graph, folded),
  ].filter((warning) => warning !== undefined);
}

const count = (number: number, singular: string): string => `${number} ${singular}${number === 1 ? '' : 's'}`;

function activatedOutput(graph: GraphProto, name: string): string | undefined {
  const final = finalActivation(graph, name);
  if (final === undefined) return undefined;
  const { activation, logits } = final;
  return `output '${name}' comes from ${activation}, and losses take logits: trained like this, the network learns badly or not at all; export it without ${activation}, so that it puts out '${logits}'`;
}

const isTorchScript = ({ node }: GraphProto): boolean => node.some(({ name }) => name.startsWith('/'));

const productIsTrained = 'what is trained is the product, without normalization';
const otherExport = 'docs/exporting.md says how to export without that';

function foldedLayers(graph: GraphProto, folded: readonly FoldedNormalization[]): string {
  const names = folded.map(({ weight, layer }) => (layer === undefined ? weight : `${layer} into ${weight}`));
  const remedy = isTorchScript(graph)
    ? 'export in training mode (model.train()) with training=TrainingMode.PRESERVE and do_constant_folding=False'
    : graph.node.some((node) => sourceOperator(node) !== undefined)
      ? 'export in training mode (model.train()) with optimize=False'
      : otherExport;
  return `batch normalization was folded into ${count(folded.length, 'layer')} (${listNames(names)}): ${productIsTrained}; ${remedy}`;
}

/** Where the exporter says nothing of layers: convolutions with biases, and nothing that normalizes. */
function perhapsFolded({ node }: GraphProto): string | undefined {
  if (node.some((each) => layerOf(each) !== undefined)) return undefined;
  const convolutions = node.filter(({ opType }) => opType === 'Conv');
  const biased = convolutions.filter(({ input }) => (input[2] ?? '') !== '');
  const normalized = node.some(({ opType }) => opType.endsWith('Normalization'));
  if (normalized || convolutions.length < 5 || biased.length < 0.9 * convolutions.length) return undefined;
  return `no normalization, and ${biased.length} of ${count(convolutions.length, 'convolution')} have a bias: if the network has batch normalization, it was folded away; ${productIsTrained}; ${otherExport}`;
}

/** Batch normalization that predicts by the statistics of the file however long it is trained. */
function keptStatistics(graph: GraphProto): string | undefined {
  // Of weights it predicts as it is trained.
  const fixed = fixedValues(graph);
  const kept = graph.node.filter(
    ({ opType, input, attribute }) =>
      opType === 'BatchNormalization' &&
      !fixed.has(input[0]!) &&
      (attribute.find(({ name }) => name === 'momentum')?.f ?? 0.9) >= 1,
  );
  if (kept.length === 0) return undefined;
  const names = kept.map(({ name, output }) => name || output[0]!);
  return `batch normalization of momentum 1 (${listNames(names)}): running statistics stay those of the file while training normalizes by the batch, so predictions drift away from what is trained; give it a momentum such as 0.9, or freeze the statistics (--batch-norm frozen, batchNormalization 'frozen')`;
}

/** `onnx::MatMul_123` is TorchScript's, `val_12` the default exporter's. */
const isGenerated = (name: string): boolean => /^onnx::\w+_\d+$|^val_\d+$/.test(name);

function transposedNames({ node }: GraphProto, parameters: readonly TensorProto[]): readonly string[] {
  const generated = new Set(parameters.map(({ name }) => name).filter(isGenerated));
  const names = node.filter(({ opType }) => opType === 'MatMul').map(({ input }) => input[1] ?? '');
  return [...new Set(names)].filter((name) => generated.has(name));
}

/** Weights that were transposed in advance, under a name of the exporter's. */
function transposedWeights(graph: GraphProto, parameters: readonly TensorProto[]): string | undefined {
  const transposed = transposedNames(graph, parameters);
  if (transposed.length === 0) return undefined;
  return `${count(transposed.length, 'weight')} of matrix products (${listNames(transposed)}): transposed by the exporter and under new names, so tuned weights do not go back into the original by name`;
}

/** Those of whose origin no other warning speaks. */
function generatedNames(
  graph: GraphProto,
  parameters: readonly TensorProto[],
  folded: readonly FoldedNormalization[],
  { tensors }: Survey,
): string | undefined {
  const generatedIn = new Set(
    tensors.flatMap(({ tensor, isGenerated, mergedWith }) =>
      isGenerated && mergedWith === undefined ? tensor.name : [],
    ),
  );
  const explained = new Set([
    ...transposedNames(graph, parameters),
    ...graph.node
      .filter(({ input }) => folded.some(({ weight }) => weight === input[1]))
      .flatMap(({ input }) => input.slice(1)),
  ]);
  const generated = parameters
    .map(({ name }) => name)
    .filter((name) => generatedIn.has(name) && !explained.has(name));
  if (generated.length === 0) return undefined;
  const names = generated.length === 1 ? 'a generated name' : 'generated names';
  return `${count(generated.length, 'parameter')} under ${names} (${listNames(generated)}): computed by the exporter from weights or constants; freeze what should stay constant`;
}

function leftOut(lost: readonly string[]): string | undefined {
  if (lost.length === 0) return undefined;
  return `${count(lost.length, 'parameter')} of the PyTorch module not in the file (${listNames(lost)}): left out because ${lost.length === 1 ? 'it is' : 'they are'} zero, or computed into other tensors, so not trained as in PyTorch; export with optimize=False`;
}

/** Members of a sequence of which nothing is left. Dropout leaves nothing in evaluation mode. */
function layersWithoutNodes(graph: GraphProto, folded: readonly FoldedNormalization[]): string | undefined {
  // Exported in training mode: what is missing did nothing.
  if (graph.node.some(({ opType }) => opType === 'Dropout')) return undefined;
  const left = layersLeft(graph);
  const lengths = new Map<string, number>();
  for (const layer of left) {
    const parts = layer.split('.');
    for (const depth of parts.keys()) {
      const [sequence, place] = placeInSequence(parts.slice(0, depth + 1).join('.')) ?? [];
      if (place !== undefined) lengths.set(sequence!, Math.max(lengths.get(sequence!) ?? 0, place));
    }
  }
  const normalizations = new Set(folded.map(({ layer }) => layer));
  const isLeft = (member: string): boolean =>
    normalizations.has(member) ||
    [...left].some((layer) => layer === member || layer.startsWith(`${member}.`));
  const missing = [...lengths].flatMap(([sequence, length]) =>
    Array.from({ length }, (_, place) => memberOf(sequence, place)).filter((member) => !isLeft(member)),
  );
  if (missing.length === 0) return undefined;
  return `${count(missing.length, 'layer')} without any node (${listNames(missing)}): a dropout that was removed because the model was exported in evaluation mode (model.train() before the export keeps it), or a layer that does nothing`;
}
