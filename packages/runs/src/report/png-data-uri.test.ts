import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { pngDataUri } from './png-data-uri.js';

test('pngDataUri keeps every pixel and the size', async () => {
  const picture = Uint8Array.from({ length: 3 * 3 * 2 }, (_, index) => 14 * index);
  const uri = await pngDataUri(picture, 3, 2);
  const [head, body] = uri.split(',');
  expect(head).toBe('data:image/png;base64');
  const { data, info } = await sharp(Buffer.from(body!, 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([3, 2, 3]);
  expect([...data]).toEqual([...picture]);
});
