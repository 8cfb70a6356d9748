import type { Recompute } from '@lovasz/onnx';
import type { Setting } from './setting.js';
import { refuse } from './usage-error.js';

/** How much of the forward pass is computed again. */
export const recomputeSetting: Setting<Recompute, object> = {
  flag: '--recompute',
  placeholder: 'segments',
  help: 'less memory for more time: keep activations at the borders of N segments only, or of as many as auto finds best',
  initial: () => 1,
  initialText: '1: all are kept',
  parse(text) {
    if (text === 'auto') return text;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    return refuse('--recompute', text, 'auto, or a number of segments of at least 1');
  },
};
