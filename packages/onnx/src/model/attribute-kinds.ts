import type { AttributeKind } from '../graph/attributes.js';
import { findOperator } from '../operators/registry.js';

/** Attributes of older operator sets, of sequences, of Scan and of ONNX Runtime's operators. A name has one kind in all of them. */
const otherKinds: Readonly<Record<string, AttributeKind>> = {
  activation: 'string',
  activation_params: 'floats',
  alpha: 'float',
  axes: 'ints',
  axis: 'int',
  directions: 'ints',
  ends: 'ints',
  epsilon: 'float',
  is_test: 'int',
  k: 'int',
  keepdims: 'int',
  max: 'float',
  min: 'float',
  mode: 'string',
  new_axis: 'int',
  num_scan_inputs: 'int',
  pads: 'ints',
  ratio: 'float',
  round_mode: 'string',
  saturate: 'int',
  scales: 'floats',
  scan_input_axes: 'ints',
  scan_input_directions: 'ints',
  scan_output_axes: 'ints',
  scan_output_directions: 'ints',
  spatial: 'int',
  split: 'ints',
  starts: 'ints',
  transA: 'int',
  transB: 'int',
  value: 'float',
};

/** The kind that an attribute of a node in a file must have; `undefined` when the node may not have it at all. */
export function attributeKind(operator: string, attribute: string): AttributeKind | undefined {
  const schema = findOperator(operator)?.attributes;
  return (
    (Object.hasOwn(schema ?? {}, attribute) ? schema?.[attribute]?.[0] : undefined) ??
    kindElsewhere(attribute)
  );
}

function kindElsewhere(attribute: string): AttributeKind | undefined {
  return Object.hasOwn(otherKinds, attribute) ? otherKinds[attribute] : undefined;
}
