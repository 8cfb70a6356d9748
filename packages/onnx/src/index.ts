export { GraphBuilder } from './graph-builder.js';
export type { ApplyOptions, GraphWriter, Operand, WriterOptions } from './graph/graph-writer.js';
export type { JaccardMethod } from '@lovasz/core';
export { createOnnxBackend } from './backend/onnx-backend.js';
export { differentiate } from './differentiation/differentiate.js';
export {
  inspectModel,
  type DeclaredValue,
  type ModelInspection,
  type TensorSum,
} from './inspection/inspect-model.js';
export { inspectGraph, type GraphInspection } from './inspection/inspect-graph.js';
export type { OperatorSupport } from './inspection/operator-support.js';
export { interpret } from './graph/interpret.js';
export type { AttributeValue, Attributes } from './graph/attributes.js';
export type { DataType } from './graph/data-type.js';
export type { Tensor } from './graph/tensor.js';
export { Value, type ValueType } from './graph/value.js';
export { planMemory, type MemoryPlan } from './memory/plan-memory.js';
export { decodeModel } from './model/decode-model.js';
export { encodeModel, modelBytes, type GraphDescription } from './model/encode-model.js';
export type { ExternalData, ExternalRange } from './model/external-data.js';
export { importModel, type ImportedModel, type ImportOptions } from './model/import-model.js';
export type { ImportedNode } from './model/imported-node.js';
export { splitModel, type SplitModel } from './model/split-model.js';
export { trainedModel } from './training/write-initializers.js';
export type { Equal } from './parameters/equal-tensors.js';
export type { SharingOptions } from './parameters/sharing.js';
export { OnnxError } from './graph/onnx-error.js';
export type { GradientRequest, Numbers, Operator } from './graph/operator.js';
export { profileNames, type ProfileName } from './passes/profiles.js';
export { adam } from './training/adam.js';
export { buildEvaluationGraph, type EvaluationGraphOptions } from './training/evaluation-graph.js';
export type { FlatEntry } from './training/flat-vector.js';
export { initialVectors } from './training/initial-vectors.js';
export type { Loss } from './training/network-loss.js';
export {
  networkLayout,
  type LayoutOptions,
  type NetworkLayout,
  type RandomInput,
} from './training/network.js';
export type { Recompute } from './differentiation/loss-gradients.js';
export type { Optimizer, UpdateRequest } from './training/optimizer.js';
export type { ParameterSelection } from './training/parameter-selection.js';
export { rmsprop } from './training/rmsprop.js';
export { sgd } from './training/sgd.js';
export type { ClassAxis } from './training/channel-axis.js';
export type { OutputOptions, TrainedOutput } from './training/trained-output.js';
export type { UntrainedParameter } from './parameters/untrained.js';
export {
  buildTrainingGraph,
  type TrainingGraph,
  type TrainingGraphOptions,
} from './training/training-graph.js';
export type { ModelProto } from 'onnx-buf';
export type { BatchNormalizationMode } from './parameters/batch-normalization-mode.js';
