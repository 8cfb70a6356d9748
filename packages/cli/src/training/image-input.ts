import type { ModelProto } from '@lovasz/onnx';
import { UsageError } from '../options/usage-error.js';

/** The one input of a network. */
export interface ImageInput {
  readonly name: string;
  /** The declared lengths of `[batch, 3, height, width]`; undefined where the file leaves one open. */
  readonly shape: readonly (number | undefined)[];
}

/** Finds the image among the inputs of a network. @throws UsageError when it has another number of inputs. */
export function imageInput(model: ModelProto): ImageInput {
  const initializers = new Set(model.graph!.initializer.map(({ name }) => name));
  const inputs = model.graph!.input.filter(({ name }) => !initializers.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new UsageError(
      `--model: the network has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}); ` +
        'accepted: one, the image [batch, 3, height, width]',
    );
  }
  const type = input.type?.value;
  const dimensions = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
  return {
    name: input.name,
    shape: dimensions.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : undefined)),
  };
}
