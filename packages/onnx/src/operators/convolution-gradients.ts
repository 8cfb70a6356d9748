import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { isUnstrided, type Convolution } from './convolution-geometry.js';
import { flippedKernel, phases, transposedConvolution, type InputForm } from './convolution-input-forms.js';
import {
  cotangentAsKernel,
  oneHotWindows,
  pointwiseProduct,
  tapProducts,
  tapSums,
  type KernelForm,
} from './convolution-kernel-forms.js';

export { isPointwise, isUnstrided, hasOneTap, type Convolution } from './convolution-geometry.js';
export type { InputForm } from './convolution-input-forms.js';
export { sumOfProducts, tapSlices, type KernelForm } from './convolution-kernel-forms.js';

/** A form, and where it is preferred to those that follow. */
interface Choice<Form> {
  readonly form: Form;
  readonly when: (of: Convolution) => boolean;
}

const always = (): boolean => true;
const tapsOf = ({ window }: Convolution): number => sizeOf(window.kernel);
const isVolume = ({ inputs }: Convolution): boolean => inputs.length > 2;
const filtersPerGroup = ({ filters, group }: Convolution): number => filters / group;

/*
 * The tables of choices: of the rows, the first whose form fits and that prefers it. Times are milliseconds of one thread
 * of ONNX Runtime's CPU provider, by `npm run bench -- convolution-gradients`; docs/benchmarks/convolution-gradients.md
 * has them all.
 */

/** How dX is written. */
const inputChoices: readonly Choice<InputForm>[] = [
  // Stride 1 is a convolution again, which runtimes are faster at: 5×5 depthwise 6.9 against 13 transposed, in a line
  // 3.8 against 12, in a volume 3.4 against 25. A pointwise kernel takes 5.8 so, and 6.0 as MatMul.
  { form: flippedKernel, when: always },
  // Transposed convolutions are slow on lines (stride 2: 2.4, in phases 1.5; depthwise 2.8 and 0.64) and volumes (16 and
  // 7.9), but not on planes (30 and 47).
  { form: phases, when: ({ inputs }) => inputs.length !== 2 },
  { form: transposedConvolution, when: always },
];

/** Above so many taps, something for each would make graphs long. */
const mostTaps = 64;

/** How dW is written. */
const kernelChoices: readonly Choice<KernelForm>[] = [
  // A kernel of one tap lays out nothing: 2.6, the cotangent as kernel 20.
  { form: pointwiseProduct, when: always },
  // Laying out windows takes taps² a channel and the products taps·filters: where filters are few it is not worth it.
  // 3×3 with 16 filters: 4.6 against 6.0 by one-hot windows, but with 64 filters 54 against 50; 5×5 with 32: 8.7 against
  // 13; 7×7 with 64: 27 against 40. Slices with a stride are slow (3×3, stride 2: 43 against 25), and so are
  // products of few filters (depthwise 3×3: 34 against 9.8).
  {
    form: tapProducts,
    when: (of) =>
      isUnstrided(of) &&
      filtersPerGroup(of) >= 8 &&
      tapsOf(of) >= Math.min(filtersPerGroup(of) / 2, 25) &&
      tapsOf(of) <= mostTaps,
  },
  // In depthwise volumes convolutions are slow: 3×3×3 7.2 against 13 by one-hot windows. In planes they are not (9.8, and
  // 10 by sums), unless small (14×14: 3.3 and 2.4).
  { form: tapSums, when: (of) => isVolume(of) && isUnstrided(of) && tapsOf(of) <= mostTaps },
  // Of large kernels in few filters, or with a stride: 7×7 depthwise 34 against 94 by one-hot windows, 16×16 with
  // stride 8 8.2 against 55, 8×8 patches 15 against 32; but 3×3 with 64 filters 96 against 50. In a volume with
  // stride 2: 4×4×4 7.9 against 12, 3×3×3 7.7 against 4.1.
  { form: cotangentAsKernel, when: (of) => tapsOf(of) >= (isVolume(of) ? 64 : 25) },
  { form: oneHotWindows, when: always },
  // Where one-hot kernels would be too large.
  { form: cotangentAsKernel, when: always },
];

/** All ways to write dX. */
export const inputForms: readonly InputForm[] = distinct(inputChoices);

/** All ways to write dW. */
export const kernelForms: readonly KernelForm[] = distinct(kernelChoices);

function distinct<Form>(choices: readonly Choice<Form>[]): readonly Form[] {
  return [...new Set(choices.map(({ form }) => form))];
}

function choose<Form extends InputForm | KernelForm>(
  choices: readonly Choice<Form>[],
  of: Convolution,
): Form {
  // The last choice fits always.
  return choices.find(({ form, when }) => form.fits(of) && when(of))!.form;
}

/** The form in which dX is written. */
export const inputFormOf = (of: Convolution): InputForm => choose(inputChoices, of);

/** The form in which dW is written. */
export const kernelFormOf = (of: Convolution): KernelForm => choose(kernelChoices, of);

/** dX of a convolution, [N, C, …], from its kernel and the cotangent of its result. */
export function convolutionInputGradient(
  graph: GraphWriter,
  weight: Value,
  cotangent: Value,
  of: Convolution,
): Value {
  return inputFormOf(of).write(graph, weight, cotangent, of);
}

/** dW of a convolution, [K, C/g, …], from its image and the cotangent of its result. */
export function convolutionKernelGradient(
  graph: GraphWriter,
  image: Value,
  cotangent: Value,
  of: Convolution,
): Value {
  return kernelFormOf(of).write(graph, image, cotangent, of);
}
