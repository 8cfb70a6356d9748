import sharp from 'sharp';
import { checkInteger } from '../check-integer.js';
import type { SegmentationSample } from '../dataset.js';
import type { Size } from '../size.js';

/**
 * The sample at another size, stretched to it: the image by linear interpolation (averaging when it shrinks), the labels by
 * their nearest pixel, so that no class is invented. Both align pixel centres.
 *
 * @throws RangeError when width or height is no positive integer.
 * @example
 * const half = await resize(sample, { width: 240, height: 180 });
 */
export async function resize(
  sample: SegmentationSample,
  { width, height }: Size,
): Promise<SegmentationSample> {
  checkInteger('width', width, 1);
  checkInteger('height', height, 1);
  if (width === sample.width && height === sample.height) return sample;
  const image = await sharp(sample.image, {
    raw: { width: sample.width, height: sample.height, channels: 3 },
  })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * sample.height) / height) * sample.width;
    for (let x = 0; x < width; x++) {
      labels[y * width + x] = sample.labels[row + Math.floor(((x + 0.5) * sample.width) / width)]!;
    }
  }
  return { id: sample.id, width, height, image: new Uint8Array(image), labels };
}
