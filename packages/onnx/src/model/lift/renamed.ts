import { ownProperty } from '../../graph/own-property.js';
import { changeAttributes, type Lifting } from './lifting.js';

const gridModes: Readonly<Record<string, string>> = { linear: 'bilinear', cubic: 'bicubic' };

/** What got another name. */
export const renamed: readonly Lifting[] = [
  {
    operators: ['Scatter'],
    opsets: [9, 10],
    lift: (_, node) => ({ ...node, operator: 'ScatterElements' }),
  },
  {
    // From set 20 on, the modes of GridSample are named for any number of axes.
    operators: ['GridSample'],
    opsets: [20, 28],
    lift: (_, node) => {
      const mode = (node.attributes['mode'] as string | undefined) ?? 'linear';
      return changeAttributes(node, [], { mode: ownProperty(gridModes, mode) ?? mode });
    },
  },
];
