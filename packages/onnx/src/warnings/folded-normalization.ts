import type { GraphProto, NodeProto } from 'onnx-buf';
import { layerOf, layersLeft, memberOf, placeInSequence, sourceOperator } from './exporter-scopes.js';
import { fixedValues } from './fixed-values.js';

/** A layer into whose weight a batch normalization was multiplied. */
export interface FoldedNormalization {
  readonly weight: string;
  /** The normalization as the network's author names it, where that is known. */
  readonly layer: string | undefined;
}

/**
 * Batch normalization that an exporter folded into the layer before it.
 *
 * The default exporter notes beside the layer that is left that it stands for a normalization; TorchScript gives both of
 * its tensors new names; TensorFlow keeps the normalization's.
 */
export function foldedNormalizations(graph: GraphProto): readonly FoldedNormalization[] {
  const left = layersLeft(graph);
  const fixed = fixedValues(graph);
  return graph.node.flatMap((node) => {
    // What does not change is a normalization of weights.
    if (!linear.has(node.opType) || fixed.has(node.output[0]!)) return [];
    const weight = node.input[1] ?? '';
    if (standsForNormalization(node)) return [{ weight, layer: layerOf(node) }];
    const named = layerNamedByTensorFlow(node);
    if (named !== undefined) return [{ weight, layer: named }];
    return hasFoldedNames(node) ? [{ weight, layer: nextInSequence(node, left) }] : [];
  });
}

/** What a normalization can become part of: a layer before it, or a scale of its own. */
const linear: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Mul']);

function standsForNormalization(node: NodeProto): boolean {
  const rule = node.metadataProps.find(({ key }) => key === 'pkg.onnxscript.rewriter.rule_name')?.value;
  return /FuseBatchNorm/.test(rule ?? '') || /batch_norm/.test(sourceOperator(node) ?? '');
}

/** TensorFlow leaves the name of the normalization on the node or on its bias. */
function layerNamedByTensorFlow({ name, input }: NodeProto): string | undefined {
  const pattern = /^(.*)\/(?:batchnorm\/|FusedBatchNorm)/;
  return (pattern.exec(name) ?? pattern.exec(input[2] ?? ''))?.[1];
}

function hasFoldedNames({ input: [, weight = '', bias = ''] }: NodeProto): boolean {
  const generated = /^onnx::Conv_\d+$/;
  return (generated.test(weight) && generated.test(bias)) || bias === `${weight}_bias`;
}

/** In a sequence, the normalization is the member after the convolution, and nothing else is left of it. */
function nextInSequence(node: NodeProto, left: ReadonlySet<string>): string | undefined {
  const [sequence, place] = placeInSequence(layerOf(node) ?? '') ?? [];
  if (place === undefined) return undefined;
  const next = memberOf(sequence!, place + 1);
  return left.has(next) ? undefined : next;
}
