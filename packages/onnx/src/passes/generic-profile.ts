import type { Profile } from './profile.js';
import { choiceOfBools } from './rewritings/logic-by-and.js';
import { softmaxAlongInnerAxis } from './rewritings/softmax-along-inner-axis.js';

/** ONNX Runtime's CPU provider, natively and in WebAssembly. */
export const genericProfile: Profile = {
  providers: ['cpu'],
  rewritings: [...softmaxAlongInnerAxis, choiceOfBools],
  onCpu: [],
};
