import type { ImageInput } from './image-input.js';

/**
 * A batch of images as the network's input takes it.
 *
 * @param images `[batch, 3, height, width]`.
 * @param pixels height × width.
 */
export function imageFeed(
  { name, layout }: Pick<ImageInput, 'name' | 'layout'>,
  images: Float32Array,
  pixels: number,
): Readonly<Record<string, Float32Array>> {
  return { [name]: layout === 'nchw' ? images : channelsLast(images, pixels) };
}

const channels = 3;

function channelsLast(images: Float32Array, pixels: number): Float32Array {
  const moved = new Float32Array(images.length);
  for (let start = 0; start < images.length; start += channels * pixels) {
    for (let channel = 0; channel < channels; channel++) {
      const from = start + channel * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        moved[start + channels * pixel + channel] = images[from + pixel]!;
      }
    }
  }
  return moved;
}
