import type { ModelProto } from '@lovasz/onnx';
import type { LayoutName } from '../settings/output-settings.js';
import type { Size } from '../settings/size.js';
import { UsageError } from '../settings/usage-error.js';

/** The one input of a network. */
export interface ImageInput {
  readonly name: string;
  /** `[batch, 3, height, width]` or `[batch, height, width, 3]`. */
  readonly layout: 'nchw' | 'nhwc';
  /** The declared lengths; undefined where the file leaves them open. */
  readonly batch: number | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
}

const channels = 3;

/**
 * Finds the image among the inputs of a network. Its channels lie where three are declared; otherwise where `layout` says,
 * or where the operator that reads it takes them from.
 *
 * @throws UsageError when it has another number of inputs, or it is not clear where the channels lie.
 */
export function imageInput(model: ModelProto, layout?: LayoutName): ImageInput {
  const initializers = new Set(model.graph!.initializer.map(({ name }) => name));
  const inputs = model.graph!.input.filter(({ name }) => !initializers.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new UsageError(
      `--model: the network has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}); ` +
        'accepted: one, the image [batch, 3, height, width] or [batch, height, width, 3]',
    );
  }
  const type = input.type?.value;
  const dimensions = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
  const shape = dimensions.map(({ value }) => {
    const length = value.case === 'dimValue' ? Number(value.value) : undefined;
    // Some exporters write an open length as -1.
    return length !== undefined && length > 0 ? length : undefined;
  });
  const [first, last] = [shape[1] === channels, shape[3] === channels];
  const found =
    first !== last
      ? first
        ? 'nchw'
        : 'nhwc'
      : (imageLayout(layout) ?? readLayout(model, input.name) ?? (isOpen(shape) ? undefined : 'nchw'));
  if (found === undefined) {
    const lengths = shape.map((length) => length ?? '?').join(', ');
    throw new UsageError(
      `--layout: none given, and the input '${input.name}' [${lengths}] does not say where its 3 channels lie; ` +
        'accepted: nchw for [batch, 3, height, width], nhwc for [batch, height, width, 3]',
    );
  }
  const [batch] = shape;
  const [height, width] = found === 'nchw' ? shape.slice(2) : shape.slice(1);
  return { name: input.name, layout: found, batch, height, width };
}

/** The shape of a batch of images of that size. */
export function imageShape(
  { layout }: Pick<ImageInput, 'layout'>,
  batch: number,
  size: Size,
): readonly number[] {
  const { height, width } = size;
  return layout === 'nchw' ? [batch, channels, height, width] : [batch, height, width, channels];
}

const imageLayout = (layout: LayoutName | undefined): ImageInput['layout'] | undefined =>
  layout === 'nhw' ? undefined : layout;

/** Whether both places of the channels may have three. Otherwise there is no image to be had, which others say better. */
function isOpen(shape: readonly (number | undefined)[]): boolean {
  return [shape[1], shape[3]].every((length) => length === undefined || length === channels);
}

/** Where the operators that read the image take its channels from, if they agree. */
function readLayout(model: ModelProto, image: string): ImageInput['layout'] | undefined {
  const readers = model.graph!.node.filter(({ input }) => input[0] === image);
  const layouts = new Set(
    readers.map(({ opType, attribute }) => {
      if (opType === 'Conv') return 'nchw';
      const order = attribute.find(({ name }) => name === 'perm')?.ints.join();
      return opType === 'Transpose' && order === '0,3,1,2' ? 'nhwc' : undefined;
    }),
  );
  return layouts.size === 1 ? [...layouts][0] : undefined;
}
