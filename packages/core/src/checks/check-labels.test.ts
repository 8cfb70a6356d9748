import { expect, test } from '@jest/globals';
import { checkLabels } from './check-labels.js';

test('classes and the ignored label are accepted', () => {
  expect(() => checkLabels(Uint8Array.of(0, 5, 255), { classCount: 6, ignoreIndex: 255 })).not.toThrow();
  expect(() => checkLabels([0, -100], { classCount: 1, ignoreIndex: -100 })).not.toThrow();
});

test('the label of a masked pixel may be anything', () => {
  const labels = [0, 37, NaN];
  expect(() => checkLabels(labels, { classCount: 1, mask: [1, 0, 0] })).not.toThrow();
  expect(() => checkLabels(labels, { classCount: 1, mask: [1, 1, 0] })).toThrow(/labels hold 37/);
});

test('a wrong label is named with its count and what is accepted', () => {
  const labels = [37, 0, 37, 255, 37, 37];
  expect(() => checkLabels(labels, { classCount: 6, ignoreIndex: 255 })).toThrow(
    new RangeError('labels hold 37 (pixels: 4); accepted: 0…5 or ignoreIndex 255'),
  );
  expect(() => checkLabels(labels, { classCount: 6 })).toThrow(
    new RangeError('labels hold 37 (pixels: 4), 255 (pixels: 1); accepted: 0…5; no ignoreIndex is set'),
  );
});

test.each([-1, 2, 0.5, NaN])('%p is no label of two classes', (label) => {
  expect(() => checkLabels([0, 1, label], { classCount: 2 })).toThrow(RangeError);
});

test('holes and undefined are no labels, whether or not a label is ignored', () => {
  const labels = [0, , 1, undefined] as number[];
  for (const ignoreIndex of [undefined, 255]) {
    expect(() => checkLabels(labels, { classCount: 2, ignoreIndex })).toThrow(
      /^labels hold undefined \(pixels: 2\) from index 1 on; accepted: 0…1/,
    );
  }
});

test('several labels may be ignored', () => {
  const accepted = { classCount: 2, ignoreIndex: [-1, 255] };
  expect(() => checkLabels([0, 255, -1], accepted)).not.toThrow();
  expect(() => checkLabels([0, 2], accepted)).toThrow(
    'labels hold 2 (pixels: 1); accepted: 0…1 or ignoreIndex -1 or 255',
  );
});

test('many wrong values are summed up', () => {
  expect(() => checkLabels([10, 11, 12, 13, 14, 15, 16], { classCount: 2 })).toThrow(
    /14 \(pixels: 1\) and 2 other values;/,
  );
});
