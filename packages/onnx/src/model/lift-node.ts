import type { GraphWriter } from '../graph/graph-writer.js';
import type { ImportedNode } from './imported-node.js';
import { attributesToInputs } from './lift/attributes-to-inputs.js';
import { droppedAttributes } from './lift/dropped-attributes.js';
import type { Lifting } from './lift/lifting.js';
import { renamed } from './lift/renamed.js';
import { resizeLiftings } from './lift/resize-before-11.js';
import { roiAlignBefore16 } from './lift/roi-align-before-16.js';
import { slopePerChannel } from './lift/slope-per-channel.js';
import { softmaxBefore13 } from './lift/softmax-before-13.js';
import { splitIntoEqualParts } from './lift/split-into-equal-parts.js';

/** In the order in which they apply. What is in no list has kept its form, or changed by new types only. */
const liftings: readonly Lifting[] = [
  ...droppedAttributes,
  ...attributesToInputs,
  ...resizeLiftings,
  ...renamed,
  splitIntoEqualParts,
  softmaxBefore13,
  slopePerChannel,
  roiAlignBefore16,
];

/** The operators that set 18 writes differently, some of them under another name. */
export const liftedOperatorNames: ReadonlySet<string> = new Set(
  liftings.flatMap(({ operators }) => operators),
);

/** A node of the given operator set as set 18 writes it. */
export function liftNode(graph: GraphWriter, node: ImportedNode, opset: number): ImportedNode {
  return liftings
    .filter(
      ({ operators, opsets }) =>
        operators.includes(node.operator) && opsets[0] <= opset && opset <= opsets[1],
    )
    .reduce((lifted, { lift }) => lift(graph, lifted), node);
}
