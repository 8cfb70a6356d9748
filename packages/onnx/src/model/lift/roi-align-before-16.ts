import { changeAttributes, type Lifting } from './lifting.js';

/** Before set 16, RoiAlign knew no half pixels: the middle of the first one was at 0. */
export const roiAlignBefore16: Lifting = {
  operators: ['RoiAlign'],
  opsets: [10, 15],
  lift: (_, node) => changeAttributes(node, [], { coordinate_transformation_mode: 'output_half_pixel' }),
};
