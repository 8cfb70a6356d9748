import type { TensorProto } from 'onnx-buf';
import { describeDataTypeNumber } from '../graph/data-type.js';
import type { Part } from '../parameters/merged-tensors.js';
import { equalParameters } from '../parameters/sharing.js';
import type { Survey } from '../parameters/survey.js';
import type { TensorUse } from '../parameters/tensor-uses.js';
import { listNames } from '../parameters/untrained.js';
import { layerOf } from './exporter-scopes.js';

/**
 * What is trained otherwise than the file seems to say, one sentence each.
 *
 * @param survey of the tensors as the file has them.
 * @param parameters what is trained.
 */
export function parameterWarnings(survey: Survey, parameters: readonly TensorProto[]): readonly string[] {
  const trained = new Set(parameters.map(({ name }) => name));
  const separated = survey.tensors.filter(
    ({ mergedWith, kind, tensor }) =>
      mergedWith !== undefined && (kind === 'statistic' || trained.has(tensor.name)),
  );
  const others = parameters.filter(({ dataType }) => dataType !== 1);
  const warnings: string[] = [];
  if (others.length > 0) {
    const types = [...new Set(others.map(({ dataType }) => describeDataTypeNumber(dataType)))].join(', ');
    warnings.push(
      `${count(others.length, 'parameter')} of type ${types} (${listNames(others.map(({ name }) => name))}): trained in float32, and rounded when the model is written`,
    );
  }
  if (separated.length > 0) {
    const names = separated.map(({ tensor, mergedWith }) => `${tensor.name} from ${mergedWith!}`);
    const origins = [...new Set(separated.map(({ mergedWith }) => mergedWith!))];
    warnings.push(
      `${count(separated.length, 'tensor')} taken apart that the exporter had merged because they start alike (${listNames(names)}): where they are one in the network, keep them so by tie (--tie) of ${listNames(origins)}`,
    );
  }
  const shared = survey.merged.filter(
    ({ tensor, isConstant, parts, kept }) =>
      !isConstant &&
      trained.has(tensor) &&
      parts.some(({ name }) => !trained.has(name)) &&
      isShared(usesOf(parts, kept).filter(({ role }) => role !== 'operand')),
  );
  if (shared.length > 0) {
    warnings.push(
      `${count(shared.length, 'parameter')} used in several places (${listNames(shared.map(({ tensor }) => tensor))}): trained as one; where they are several in the network, take them apart by untie (--untie)`,
    );
  }
  const equal = equalParameters(parameters);
  if (equal.length > 0) {
    const pairs = equal.map(
      ({ tensor, like, transposed }) => `${tensor} = ${like}${transposed ? ' transposed' : ''}`,
    );
    warnings.push(
      `${count(equal.length, 'parameter')} with the entries of another one (${listNames(pairs)}): trained each by itself; where they are one in the network, keep them so by tie (--tie equal)`,
    );
  }
  return warnings;
}

const usesOf = (parts: readonly Part[], kept: readonly TensorUse[]): readonly TensorUse[] => [
  ...kept,
  ...parts.flatMap((part) => part.uses),
];

/** Whether several places use it, not one layer that computes with it several times. */
function isShared(uses: readonly TensorUse[]): boolean {
  const [first, ...rest] = uses.map(({ node }) => layerOf(node));
  return rest.length > 0 && (!first || rest.some((layer) => layer !== first));
}

const count = (number: number, singular: string): string => `${number} ${singular}${number === 1 ? '' : 's'}`;
