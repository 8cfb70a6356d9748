import { create } from '@bufbuild/protobuf';
import { NodeProtoSchema, TensorProto_DataType, type ModelProto, type TensorProto } from 'onnx-buf';
import { isHalfPrecision } from '../graph/data-type.js';
import { copyMessage } from '../model/copy-message.js';
import { computedTensor } from '../model/external-data.js';
import { hoistConstants } from './hoist-constants.js';
import type { Equal } from './equal-tensors.js';
import { separate } from './merged-tensors.js';
import { mergedIn } from './survey.js';
import { bytesOfFloats, floatsOf } from './tensor-numbers.js';
import { tensorUses } from './tensor-uses.js';

/**
 * The model in which each of the names is an initializer: constants become such, merged tensors are taken apart, and a
 * tied one is computed from the other. All else is as it was; with nothing to change, it is the model itself.
 */
export function trainedForm(
  model: ModelProto,
  names: ReadonlySet<string>,
  ties: readonly Equal[] = [],
): ModelProto {
  const listed = new Set(model.graph!.initializer.map(({ name }) => name));
  if (ties.length === 0 && [...names].every((name) => listed.has(name))) return model;
  const merged = mergedIn(model)
    .merged.map((each) => ({ ...each, parts: each.parts.filter(({ name }) => names.has(name)) }))
    .filter(({ parts }) => parts.length > 0);
  const origins = new Set(merged.map(({ tensor }) => tensor));
  const tied = ties.flatMap(({ tensor, like }) => [tensor, like]);
  const moved = new Set([...names, ...origins, ...tied]);
  return tieTensors(
    separate(
      hoistConstants(model, (name) => moved.has(name)),
      merged,
    ),
    ties,
  );
}

function tieTensors(model: ModelProto, ties: readonly Equal[]): ModelProto {
  if (ties.length === 0) return model;
  const graph = model.graph!;
  const gone = new Set(ties.map(({ tensor }) => tensor));
  const forms = ties.map(({ tensor, like, transposed }) =>
    create(NodeProtoSchema, {
      opType: transposed ? 'Transpose' : 'Identity',
      input: [like],
      output: [tensor],
    }),
  );
  return copyMessage(model, {
    graph: copyMessage(graph, {
      initializer: graph.initializer.filter(({ name }) => !gone.has(name)),
      input: graph.input.filter(({ name }) => !gone.has(name)),
      node: [...forms, ...graph.node],
    }),
  });
}

/** The model with initializers of half precision that it only casts as float32, of the same values. */
export function withoutHalfPrecision(model: ModelProto): ModelProto {
  const graph = model.graph!;
  const halves = graph.initializer.filter(({ dataType }) => isHalfPrecision(dataType));
  if (halves.length === 0) return model;
  const computing = new Set(
    tensorUses(model)
      .filter(({ casted }) => !casted)
      .map(({ tensor }) => tensor),
  );
  const widened = (tensor: TensorProto): TensorProto =>
    !isHalfPrecision(tensor.dataType) || computing.has(tensor.name)
      ? tensor
      : computedTensor(
          { name: tensor.name, dims: tensor.dims, dataType: TensorProto_DataType.FLOAT },
          (asFloat) => bytesOfFloats(asFloat, floatsOf(tensor)),
        );
  return copyMessage(model, { graph: copyMessage(graph, { initializer: graph.initializer.map(widened) }) });
}
