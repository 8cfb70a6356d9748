import { expect, test } from '@jest/globals';
import { classAgainstRest } from './class-against-rest.js';
import type { SegmentationDataset } from './dataset.js';
import { shapes } from './shapes.js';

test('one class is 1, the others are 0, void stays void', async () => {
  const all = shapes({ length: 3, width: 32, height: 32 });
  const discs = classAgainstRest(all, 1);
  expect(discs).toMatchObject({
    name: 'shapes/train (disc against the rest)',
    classes: ['rest', 'disc'],
    colors: [all.colors[0], all.colors[1]],
    ignoreIndex: 255,
    length: 3,
  });
  for (let index = 0; index < 3; index++) {
    const [given, found] = [await all.sample(index), await discs.sample(index)];
    expect(found.image).toEqual(given.image);
    expect([...found.labels]).toEqual(
      [...given.labels].map((label) => (label === 255 ? 255 : Number(label === 1))),
    );
  }
});

test('void that was 0 does not become the rest', async () => {
  const dataset: SegmentationDataset = {
    ...shapes({ length: 1 }),
    ignoreIndex: 0,
    sample: () =>
      Promise.resolve({
        id: 'a',
        width: 3,
        height: 1,
        image: new Uint8Array(9),
        labels: Uint8Array.of(0, 1, 2),
      }),
  };
  const { ignoreIndex, sample } = classAgainstRest(dataset, 2);
  expect([...(await sample(0)).labels]).toEqual([ignoreIndex, 0, 1]);
});

test('a class that is not there is refused', () => {
  expect(() => classAgainstRest(shapes({ length: 1 }), 5)).toThrow(
    new RangeError('foreground is 5; shapes/train has the classes 0 to 4'),
  );
});
