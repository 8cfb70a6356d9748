import type { GraphWriter } from '../../graph/graph-writer.js';
import type { AttributeValue } from '../../graph/attributes.js';
import type { Value } from '../../graph/value.js';
import { changeAttributes, type Lifting } from './lifting.js';

type Write = (graph: GraphWriter, value: AttributeValue) => Value;

const integers: Write = (graph, value) =>
  graph.integers(typeof value === 'number' ? [value] : (value as number[]));
const scalar: Write = (graph, value) => graph.constant(value as number);
const floats: Write = (graph, value) => graph.constant(value as number[]);

/** Moves attributes to the inputs that replaced them, at positions 1, 2, … */
function toInputs(
  operators: readonly string[],
  lastOpset: number,
  moved: readonly (readonly [attribute: string, write: Write])[],
): Lifting {
  return {
    operators,
    opsets: [1, lastOpset],
    lift: (graph, node) => {
      const added = moved.map(([name, write]) => {
        const value = node.attributes[name];
        return value === undefined ? undefined : write(graph, value);
      });
      return {
        ...changeAttributes(
          node,
          moved.map(([name]) => name),
        ),
        inputs: [node.inputs[0], ...added],
      };
    },
  };
}

/** What was an attribute before it became an input, so that it could be computed. */
export const attributesToInputs: readonly Lifting[] = [
  toInputs(['Squeeze', 'Unsqueeze', 'ReduceSum'], 12, [['axes', integers]]),
  toInputs(
    [
      'ReduceL1',
      'ReduceL2',
      'ReduceLogSum',
      'ReduceLogSumExp',
      'ReduceMax',
      'ReduceMean',
      'ReduceMin',
      'ReduceProd',
      'ReduceSumSquare',
    ],
    17,
    [['axes', integers]],
  ),
  toInputs(['Slice'], 9, [
    ['starts', integers],
    ['ends', integers],
    ['axes', integers],
  ]),
  toInputs(['Split'], 12, [['split', integers]]),
  toInputs(['Pad'], 10, [
    ['pads', integers],
    ['value', scalar],
  ]),
  toInputs(['Clip'], 10, [
    ['min', scalar],
    ['max', scalar],
  ]),
  toInputs(['Dropout'], 11, [['ratio', scalar]]),
  toInputs(['TopK'], 9, [['k', integers]]),
  toInputs(['Upsample'], 8, [['scales', floats]]),
  {
    // Up to set 19, the axis of DFT was an attribute and the second one when left out.
    operators: ['DFT'],
    opsets: [17, 19],
    lift: (graph, node) => ({
      ...changeAttributes(node, ['axis']),
      inputs: [
        node.inputs[0],
        node.inputs[1],
        graph.constant((node.attributes['axis'] as number | undefined) ?? 1, [], 'int64'),
      ],
    }),
  },
];
