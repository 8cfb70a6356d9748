import { describe, expect, test } from '@jest/globals';
import { evaluatePreset } from '../metrics/presets/preset.js';
import { cityscapes } from '../metrics/presets/cityscapes.js';
import {
  categoriesOf,
  cityscapesCategoryIou,
  cityscapesInstanceIou,
  cityscapesIou,
  meanCityscapesIou,
} from '../metrics/cityscapes.js';
import { cityscapesLabels } from './cityscapes-labels.js';
import { CityscapesCounts } from './cityscapes-counts.js';

const [road, parking, caravan, car, person] = ['road', 'parking', 'caravan', 'car', 'person'].map((name) =>
  cityscapesLabels.findIndex((label) => label.name === name),
) as [number, number, number, number, number];

describe('CityscapesCounts', () => {
  test('the table has the ids and the 19 train classes of Cityscapes', () => {
    expect(cityscapesLabels).toHaveLength(34);
    expect([road, person, car, caravan]).toEqual([7, 24, 26, 29]);
    expect(cityscapesLabels.filter(({ isIgnored }) => !isIgnored)).toHaveLength(19);
    expect(categoriesOf({ labels: cityscapesLabels })).toHaveLength(8);
  });

  test('instances weigh by the average size over their own', () => {
    // Instances of 4 and 1 pixels, average size 2.5; hits 4 of 4 and 0 of 1, one false positive:
    // IoU 4/6, iIoU 2.5 / (2.5 + 1 + 2.5).
    const labels = cityscapesLabels.map((label, id) =>
      id === person ? { ...label, averageSize: 2.5 } : label,
    );
    const counts = new CityscapesCounts(labels).add(
      [person, person, person, person, person, road],
      [person, person, person, person, road, person],
      [24001, 24001, 24001, 24001, 24002, road],
    );
    expect(cityscapesIou.of(counts)[person]).toBeCloseTo(4 / 6, 12);
    expect(cityscapesInstanceIou.of(counts)[person]).toBeCloseTo(2.5 / 6, 12);
    expect(cityscapesInstanceIou.of(counts)[road]).toBeNaN();
  });

  test('an ignored id is a miss where it is predicted, and nothing where it is labelled', () => {
    const counts = new CityscapesCounts().add([road, road, parking, car], [road, parking, road, caravan]);
    expect(cityscapesIou.of(counts)[road]).toBe(1 / 2);
    expect(cityscapesIou.of(counts)[parking]).toBeNaN();
    // Neither parking on road nor caravan on car is inside of the category.
    const byCategory = Object.fromEntries(
      cityscapesCategoryIou.of(counts).map((value, place) => [categoriesOf(counts)[place], value]),
    );
    expect(byCategory).toMatchObject({ flat: 1 / 2, vehicle: 0, void: NaN });
    expect(counts.total).toBe(3);
    expect(counts.odd.ignored).toBe(1);
  });

  test('merges in any order to the same bytes, and survives JSON text', () => {
    const frames = [
      new CityscapesCounts().add([person, person, car], [person, car, car], [24001, 24001, 26000]),
      new CityscapesCounts().add([person, road, car], [person, road, road], [24001, 7, 26001]),
      new CityscapesCounts().add([car, car, car], [car, car, road], [26001, 26001, 26]),
    ] as const;
    const [a, b, c] = frames;
    const bytes = JSON.stringify(a.merge(b).merge(c));
    expect(JSON.stringify(c.merge(a).merge(b))).toBe(bytes);
    expect(JSON.stringify(b.merge(c.merge(a)))).toBe(bytes);
    const back = CityscapesCounts.fromJSON(JSON.parse(bytes));
    expect(evaluatePreset(cityscapes, back)).toEqual(evaluatePreset(cityscapes, a.merge(b).merge(c)));
  });

  test('counts of another table of labels do not merge', () => {
    const smaller = cityscapesLabels.map((label) =>
      label.averageSize === undefined ? label : { ...label, averageSize: label.averageSize / 16 },
    );
    expect(() => new CityscapesCounts().merge(new CityscapesCounts(smaller))).toThrow('person differs');
  });

  test('a train id, or 255, as a prediction is refused and nothing is counted', () => {
    const counts = new CityscapesCounts();
    expect(() => counts.add([road], [255], [road])).toThrow('predictions: value 255');
    expect(() => counts.add([road], [road], [])).toThrow('labels hold 1 pixels and instanceIds 0');
    expect(meanCityscapesIou.of(counts)).toBeNaN();
  });
});
