import { encodeModel, type GraphBuilder, type ModelProto, type Value } from '@lovasz/onnx';
import type { checkNetworkOptions } from './network-options.js';

/**
 * Writes a network whose size must be a multiple of `multiple`, for an image of any size: the image is padded with
 * zeros at the bottom and right, and the logits are cut back.
 *
 * The batch is open in the file; so are height and width when nothing is padded.
 *
 * @param network from the padded image to logits of the same height and width.
 */
export function encodeForAnySize(
  graph: GraphBuilder,
  name: string,
  options: ReturnType<typeof checkNetworkOptions>,
  multiple: number,
  network: (image: Value) => Value,
): ModelProto {
  const { batch, channels, height, width } = options;
  const image = graph.input('image', 'float32', [batch, channels, height, width]);
  const missing = [height, width].map((length) => (multiple - (length % multiple)) % multiple);
  const padded = missing.some((length) => length > 0);
  const whole = network(graph.pad(image, [0, 0, 0, 0], [0, 0, ...missing]));
  const logits = padded ? graph.slice(whole, { starts: [0, 0], ends: [height, width], axes: [2, 3] }) : whole;
  const open = ['batch', undefined, ...(padded ? [] : ['height', 'width'])];
  return encodeModel({
    name,
    inputs: [image],
    outputs: [{ name: 'logits', value: logits }],
    dynamicDimensions: { image: open, logits: open },
    metadata: { network: name, size_multiple: String(padded ? 1 : multiple) },
  });
}
