import type { NodeProto } from 'onnx-buf';
import type { Operator } from '../graph/operator.js';
import { ownProperty } from '../graph/own-property.js';
import { findOperator } from '../operators/registry.js';
import { contributedOperators } from './contributed-operators.js';

/** What can be said of a node's operator before the node is read. */
export type OperatorTraits = Pick<Operator, 'roles' | 'entries'>;

/** Operators that are read as others (those of older sets) or not at all, whose inputs are known all the same. */
const unreadOperators: Readonly<Record<string, OperatorTraits>> = {
  Upsample: { roles: [undefined, 'setting'], entries: 'moved' },
  Attention: { roles: [undefined, 'weight', 'bias'] },
  ConvInteger: { roles: [undefined, 'quantized', 'setting', 'setting'] },
  MatMulInteger: { roles: ['quantized', 'quantized', 'setting', 'setting'] },
  QLinearConv: {
    roles: [undefined, 'step', 'setting', 'quantized', 'step', 'setting', 'step', 'setting', 'quantized'],
  },
  QLinearMatMul: {
    roles: ['quantized', 'step', 'setting', 'quantized', 'step', 'setting', 'step', 'setting'],
  },
};

/** What is known of the operator of a node: of the standard, of ONNX Runtime's own domain, or nothing. */
export function traitsOf({ domain, opType }: Pick<NodeProto, 'domain' | 'opType'>): OperatorTraits {
  const known =
    domain === '' || domain === 'ai.onnx'
      ? findOperator(opType)
      : domain === 'com.microsoft'
        ? ownProperty(contributedOperators, opType)
        : {};
  return known ?? ownProperty(unreadOperators, opType) ?? {};
}
