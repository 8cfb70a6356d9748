import type { NodeProto } from 'onnx-buf';
import { contributedOperatorNames } from '../model/contributed-operators.js';
import { controlOperators } from '../model/control-flow.js';
import { liftedOperatorNames } from '../model/lift-node.js';
import { sequenceOperators } from '../model/sequence-operators.js';
import { summarizeOperators, type OperatorSummary } from '../operators/registry.js';

/**
 * What becomes of a node when its model is differentiated: its gradient comes by a rule of its own or by being rewritten
 * in other operators; no gradient flows through it; it is resolved while the model is read; or it cannot be read.
 */
export type OperatorSupport = OperatorSummary['gradient'] | 'resolved' | 'unsupported';

const gradients: ReadonlyMap<string, OperatorSummary['gradient']> = new Map(
  summarizeOperators().map(({ name, gradient }) => [name, gradient]),
);

/** @param functions `domain:name` of the model's own functions. */
export function operatorSupport(
  { domain, opType }: Pick<NodeProto, 'domain' | 'opType'>,
  functions: ReadonlySet<string>,
): OperatorSupport {
  if (functions.has(`${domain}:${opType}`)) return 'resolved';
  if (domain === 'com.microsoft')
    return contributedOperatorNames.includes(opType) ? 'rewriting' : 'unsupported';
  if (domain !== '' && domain !== 'ai.onnx') return 'unsupported';
  if (Object.hasOwn(controlOperators, opType) || Object.hasOwn(sequenceOperators, opType)) return 'resolved';
  return gradients.get(opType) ?? (liftedOperatorNames.has(opType) ? 'rewriting' : 'unsupported');
}
