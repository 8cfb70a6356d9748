import { GraphBuilder, type ModelProto, type Value } from '@lovasz/onnx';
import { encodeForAnySize } from './encode-for-any-size.js';
import { layersOf } from './layers.js';
import { checkInteger, checkNetworkOptions, type NetworkOptions } from './network-options.js';
import { randomNumbers } from './random-numbers.js';

/** What {@link unet} is told. */
export interface UnetOptions extends NetworkOptions {
  /** Filters of the first level; each level below has twice as many. Default 8. */
  readonly base?: number | undefined;
  /** How often the size is halved. Default 3. */
  readonly depth?: number | undefined;
}

/**
 * A small U-Net (Ronneberger et al., 2015) with batch normalization: two 3×3 convolutions with ReLU at each level, max
 * pooling on the way down, 2×2 transposed convolutions on the way up, and the level's features joined again.
 *
 * From `image` [batch, channels, height, width] to `logits` [batch, classes, height, width], in the form for inference.
 * The batch is open in the file. Height and width are open too when both are divisible by 2^depth, and must stay so;
 * otherwise the image is padded with zeros at the bottom and right, the logits are cut back, and the size is fixed.
 *
 * Convolutions are drawn by He's normal initialization (variance 2/fan-in) and have no bias before a normalization;
 * the last is uniform in ±1/√fan-in.
 *
 * @throws RangeError for an option that is no integer or out of range.
 *
 * @example
 * const model = unet({ classCount: 5, width: 64, height: 64, seed: 1 });
 */
export function unet(options: UnetOptions): ModelProto {
  const checked = checkNetworkOptions(options);
  const { classCount, seed } = checked;
  const { base = 8, depth = 3 } = options;
  checkInteger('base', base, 1);
  checkInteger('depth', depth, 1, 16);

  const graph = new GraphBuilder();
  const layers = layersOf(graph, randomNumbers(seed));
  const block = (name: string, x: Value, filters: number): Value => {
    let y = x;
    for (const place of ['first', 'second']) {
      y = layers.convolution(`${name}.${place}.convolution`, y, { filters, kernel: [3, 3] });
      y = graph.relu(layers.batchNormalization(`${name}.${place}.normalization`, y, 1e-5));
    }
    return y;
  };

  return encodeForAnySize(graph, 'unet', checked, 2 ** depth, (image) => {
    const skipped: Value[] = [];
    let x = image;
    for (let level = 0; level < depth; level++) {
      const features = block(`encoder.${level}`, x, base * 2 ** level);
      skipped.push(features);
      x = layers.maxPool(`encoder.${level}.pool`, features).values;
    }
    x = block('bottom', x, base * 2 ** depth);
    for (let level = depth - 1; level >= 0; level--) {
      const filters = base * 2 ** level;
      const larger = layers.transposedConvolution(`decoder.${level}.up`, x, { filters, kernel: 2 });
      x = block(`decoder.${level}`, graph.concat([skipped[level]!, larger], 1), filters);
    }
    return layers.classifier('classifier', x, classCount);
  });
}
