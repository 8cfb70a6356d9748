import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DatasetError } from '../dataset-error.js';

/** Pixels of a file, row by row. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes an image of any format that sharp reads to 8-bit RGB, height × width × 3. Transparency is dropped. Orientation
 * tags are left alone, since label files have none.
 *
 * @throws DatasetError when the file cannot be read or decoded.
 */
export async function decodeImage(file: string): Promise<Decoded> {
  return decode(file, async (bytes) => {
    const { data, info } = await sharp(bytes)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data) };
  });
}

/**
 * Decodes a label file, an 8-bit grey PNG whose values are the class ids, height × width. The stored values come back as
 * they are: colour profiles are ignored.
 *
 * @throws DatasetError when the file cannot be read or decoded, or is anything but 8-bit grey. A palette PNG is refused
 *   too, for the decoder hands out its colours, not its indices.
 */
export async function decodeLabels(file: string): Promise<Decoded> {
  return decode(file, async (bytes) => {
    const labels = sharp(bytes, { ignoreIcc: true });
    const { format, isPalette, channels, bitsPerSample } = await labels.metadata();
    if (format !== 'png' || isPalette || channels !== 1 || bitsPerSample !== 8) {
      const found = isPalette ? 'palette' : `${channels} channels of ${bitsPerSample ?? '?'} bits`;
      throw new DatasetError(
        `${file} is ${format} (${found}); expected an 8-bit grey PNG whose values are class ids`,
      );
    }
    const { data, info } = await labels.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: new Uint8Array(data) };
  });
}

async function decode(file: string, pixels: (bytes: Buffer) => Promise<Decoded>): Promise<Decoded> {
  try {
    return await pixels(await readFile(file));
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
