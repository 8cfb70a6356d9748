import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { camvid } from './camvid.js';
import { DatasetError } from '../dataset-error.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'camvid-'));
  for (const folder of ['train', 'trainannot', 'val', 'valannot']) await mkdir(join(directory, folder));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** An image of one colour. */
async function writeImage(path: string, { width = 8, height = 6, color = [10, 120, 240] } = {}) {
  const [r = 0, g = 0, b = 0] = color;
  await sharp({ create: { width, height, channels: 3, background: { r, g, b } } }).toFile(
    join(directory, path),
  );
}

/** An 8-bit grey PNG. */
async function writeLabels(path: string, values: Uint8Array, width = 8) {
  await sharp(values, { raw: { width, height: values.length / width, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(join(directory, path));
}

/** Every class and void, row by row. */
const labels = Uint8Array.from({ length: 48 }, (_, index) => index % 12);

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

describe('reading', () => {
  test('pairs by base name and gives images as RGB and labels as stored', async () => {
    await writeImage('train/b.jpg', { color: [200, 30, 60] });
    await writeLabels('trainannot/b.png', labels);
    await writeImage('train/a.png');
    await writeLabels('trainannot/a.png', labels.toReversed());
    await writeFile(join(directory, 'train', 'notes.txt'), 'not an image');

    const dataset = await camvid(directory, 'train');
    expect(dataset).toMatchObject({ name: 'camvid/train', length: 2, ignoreIndex: 11 });
    expect(dataset.classes).toHaveLength(11);
    expect(dataset.colors).toHaveLength(11);
    expect([dataset.classes[0], dataset.classes[8], dataset.classes[10]]).toEqual([
      'sky',
      'car',
      'bicyclist',
    ]);

    const [a, b] = [await dataset.sample(0), await dataset.sample(1)];
    expect(a).toMatchObject({ id: 'a', width: 8, height: 6 });
    expect([...a.image.subarray(0, 6)]).toEqual([10, 120, 240, 10, 120, 240]);
    expect([...a.labels]).toEqual([...labels.toReversed()]);
    expect(b.id).toBe('b');
    expect([...b.labels]).toEqual([...labels]);
    for (const [channel, value] of [200, 30, 60].entries()) {
      expect(Math.abs(b.image[channel]! - value)).toBeLessThan(6);
    }
  });

  test('grey and transparent images become RGB', async () => {
    await sharp(new Uint8Array(48).fill(77), { raw: { width: 8, height: 6, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(directory, 'val/grey.png'));
    await writeLabels('valannot/grey.png', labels);
    await sharp({
      create: { width: 8, height: 6, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
    })
      .png()
      .toFile(join(directory, 'val/transparent.png'));
    await writeLabels('valannot/transparent.png', labels);

    const dataset = await camvid(directory, 'val');
    expect([...(await dataset.sample(0)).image]).toEqual(Array(144).fill(77));
    expect([...(await dataset.sample(1)).image.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  test('resizes images smoothly and labels without new values', async () => {
    await writeImage('train/a.png');
    await writeLabels('trainannot/a.png', labels);
    const {
      width,
      height,
      image,
      labels: small,
    } = await (await camvid(directory, 'train', { width: 4, height: 3 })).sample(0);
    expect([width, height, image.length]).toEqual([4, 3, 36]);
    expect([...image.subarray(0, 3)]).toEqual([10, 120, 240]);
    const nearest = [1, 3, 5].flatMap((row) => [1, 3, 5, 7].map((column) => labels[8 * row + column]));
    expect([...small]).toEqual(nearest);
  });

  test('keeps samples in memory, unless told not to', async () => {
    await writeImage('train/a.png');
    await writeLabels('trainannot/a.png', labels);
    const kept = await camvid(directory, 'train');
    const unkept = await camvid(directory, 'train', { cacheBytes: 0 });
    const sample = await kept.sample(0);
    await unkept.sample(0);
    await rm(join(directory, 'train', 'a.png'));
    expect(await kept.sample(0)).toBe(sample);
    expect(await refusal(unkept.sample(0))).toContain('a.png');
  });
});

describe('folders that cannot be used', () => {
  test('missing', async () => {
    expect(await refusal(camvid(join(directory, 'nowhere'), 'train'))).toBe(
      `there is no folder ${join(directory, 'nowhere', 'train')}`,
    );
    await writeImage('train/a.png');
    await rm(join(directory, 'trainannot'), { recursive: true });
    expect(await refusal(camvid(directory, 'train'))).toContain('trainannot');
  });

  test('empty', async () => {
    await writeFile(join(directory, 'train', 'notes.txt'), '');
    expect(await refusal(camvid(directory, 'train'))).toContain(
      'has no .jpg, .jpeg, .png file among its 1 entries',
    );
  });

  test('images without labels: how many, and which', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await writeImage(`train/${id}.jpg`);
    await writeLabels('trainannot/a.png', labels);
    const message = await refusal(camvid(directory, 'train'));
    expect(message).toMatch(/^6 of 7 images in .*train have no label of the same name in .*trainannot: /);
    expect(message).toContain('b.jpg, c.jpg, d.jpg, e.jpg, f.jpg and 1 more');
  });

  test('labels without an image', async () => {
    await writeImage('train/a.jpg');
    await writeLabels('trainannot/a.png', labels);
    await writeLabels('trainannot/b.png', labels);
    expect(await refusal(camvid(directory, 'train'))).toMatch(
      /^1 of 2 labels in .* have no image .*: b\.png$/,
    );
  });

  test('two images of one name', async () => {
    await writeImage('train/a.jpg');
    await writeImage('train/a.png');
    await writeLabels('trainannot/a.png', labels);
    expect(await refusal(camvid(directory, 'train'))).toContain('has both a.jpg and a.png');
  });
});

describe('files that cannot be used', () => {
  async function sampleRefusal(): Promise<string> {
    return refusal((await camvid(directory, 'train', { width: 4, height: 3 })).sample(0));
  }

  test('sizes that differ: both of them', async () => {
    await writeImage('train/a.jpg', { width: 10, height: 6 });
    await writeLabels('trainannot/a.png', labels);
    expect(await sampleRefusal()).toMatch(/a\.jpg is 10 × 6, but its labels .*a\.png are 8 × 6$/);
  });

  test('labels outside the classes: values and pixels of the file, before any resizing', async () => {
    await writeImage('train/a.jpg');
    await writeLabels('trainannot/a.png', Uint8Array.from(labels, (label, index) => (index < 3 ? 12 : label)).fill(200, 47)); // prettier-ignore
    expect(await sampleRefusal()).toMatch(
      /a\.png has labels outside the classes: 12 \(3 pixels\), 200 \(1 pixels\) of 48; expected 0 to 10, or 11/,
    );
  });

  test('labels that are no 8-bit grey PNG', async () => {
    await writeImage('train/a.jpg');
    const raw = { raw: { width: 8, height: 6, channels: 1 } } as const;
    const file = join(directory, 'trainannot/a.png');
    await sharp(labels, raw).png({ palette: true }).toFile(file);
    expect(await sampleRefusal()).toMatch(/a\.png is png \(palette\); expected an 8-bit grey PNG/);
    await sharp(labels, raw).toColourspace('srgb').png().toFile(file);
    expect(await sampleRefusal()).toContain('png (3 channels of 8 bits)');
    await sharp(labels, raw).toColourspace('grey16').png().toFile(file);
    expect(await sampleRefusal()).toContain('png (1 channels of 16 bits)');
    await writeFile(file, await sharp(labels, raw).toColourspace('b-w').jpeg().toBuffer());
    expect(await sampleRefusal()).toContain('is jpeg');
  });

  test('an image that is cut short', async () => {
    await writeLabels('trainannot/a.png', labels);
    await writeFile(join(directory, 'train/a.jpg'), 'no image');
    expect(await sampleRefusal()).toMatch(/^cannot read .*a\.jpg: /);
  });
});

describe('bad options', () => {
  test.each([
    [{ width: 4 }, 'width is 4 and height is undefined; expected both or none'],
    [{ width: 4, height: 0 }, 'height is 0; expected an integer of at least 1'],
  ])('refuses %p', async (options, message) => {
    await expect(camvid(directory, 'train', options)).rejects.toThrow(message);
    await expect(camvid(directory, 'train', options)).rejects.toThrow(RangeError);
  });

  test('refuses an unknown split and an index outside', async () => {
    await expect(camvid(directory, 'test' as 'val')).rejects.toThrow(
      'split is test; expected one of train, val',
    );
    await writeImage('val/a.jpg');
    await writeLabels('valannot/a.png', labels);
    await expect((await camvid(directory, 'val')).sample(1)).rejects.toThrow(
      'index is 1; expected an integer from 0 to 0',
    );
  });
});
