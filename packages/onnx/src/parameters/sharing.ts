import type { ModelProto, TensorProto } from 'onnx-buf';
import { OnnxError } from '../graph/onnx-error.js';
import { equalTensors, type Equal } from './equal-tensors.js';
import { surveyModel, type Sharing } from './survey.js';
import { numbersOfTensor } from './tensor-numbers.js';

/** Which tensors are one and which are several, where the file may say it wrongly. */
export interface SharingOptions {
  /**
   * Tensors that are kept one: `NAME` of an initializer whose uses would be taken apart, `NAME=OTHER` for two of equal
   * entries (or the one transposed), `equal` for all such pairs. Default: none.
   */
  readonly tie?: readonly string[];
  /** Initializers of several uses, each of which becomes a tensor of its own. Default: those that only start alike. */
  readonly untie?: readonly string[];
}

/**
 * What the options say of a model.
 *
 * @throws OnnxError for a name that is used once or not at all, and for tensors that are not equal.
 */
export function readSharing(
  model: ModelProto,
  { tie = [], untie = [] }: SharingOptions,
): { readonly sharing: Sharing; readonly pairs: readonly Equal[] } {
  const names = tie.filter((text) => text !== 'equal' && !text.includes('='));
  const sharing = { tie: new Set(names), untie: new Set(untie) };
  if (tie.length === 0 && untie.length === 0) return { sharing, pairs: [] };
  const survey = surveyModel(model, sharing);
  const merged = survey.merged.map(({ tensor }) => tensor);
  for (const [option, given] of [
    ['tie', names],
    ['untie', untie],
  ] as const) {
    const unknown = given.find((name) => !merged.includes(name));
    if (unknown !== undefined) {
      throw new OnnxError(
        `${option} names '${unknown}', but the initializers of several uses are ${listed(merged)}`,
      );
    }
  }
  const twice = names.find((name) => sharing.untie.has(name));
  if (twice !== undefined) throw new OnnxError(`tie and untie both name '${twice}'`);
  const found = equalParameters(
    survey.tensors.flatMap(({ kind, tensor }) => (kind === 'parameter' ? tensor : [])),
  );
  const pairs = tie.includes('equal') ? [...found] : [];
  for (const text of tie.filter((each) => each.includes('='))) {
    const pair = found.find(
      ({ tensor, like }) => text === `${tensor}=${like}` || text === `${like}=${tensor}`,
    );
    if (pair === undefined) {
      const known = found.map(({ tensor, like }) => `${tensor}=${like}`);
      throw new OnnxError(`tie names '${text}', but the tensors of equal entries are ${listed(known)}`);
    }
    if (!pairs.includes(pair)) pairs.push(pair);
  }
  return { sharing, pairs };
}

/** Pairs of parameters of equal entries. */
export function equalParameters(parameters: readonly TensorProto[]): readonly Equal[] {
  return equalTensors(parameters, numbersOfTensor);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, 10).map((name) => `'${name}'`);
  return `${shown.join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
}
