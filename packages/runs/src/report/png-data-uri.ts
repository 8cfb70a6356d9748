import sharp from 'sharp';

/**
 * Encodes a picture as a PNG inside a URI, so that a page carries it within itself.
 *
 * @param picture red, green, blue of each pixel in row order.
 */
export async function pngDataUri(picture: Uint8Array, width: number, height: number): Promise<string> {
  const png = await sharp(picture, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
