import { describe, expect, test } from '@jest/globals';
import { sampleRun, sampleStart, sampleStep } from '../events/sample-run.fixture.js';
import { classCharts, curveCharts } from './curve-charts.js';

const runs = [
  { name: 'first', events: sampleRun },
  { name: 'second', events: [sampleStart, sampleStep(1)] },
];

describe('curveCharts', () => {
  test('loss by step, raw behind smoothed; IoU and accuracy by epoch; one colour a run', () => {
    const [loss, meanIou, learningRate, accuracy] = curveCharts(runs);
    expect(loss!.curves.map(({ name, color, faint }) => [name, color, faint])).toEqual([
      ['first', '--run-1', true],
      ['second', '--run-2', true],
      ['first', '--run-1', false],
      ['second', '--run-2', false],
    ]);
    expect(loss!.curves[0]!.points).toEqual({ x: [1, 2, 3, 4], y: [1, 1 / 2, 1 / 3, 1 / 4] });
    // Four steps are smoothed over one step to either side.
    expect(loss!.curves[2]!.points.y[0]).toBeCloseTo(3 / 4, 12);
    expect(meanIou!.curves[0]!.points).toEqual({ x: [1, 2], y: [0.5, 0.7] });
    expect(learningRate!.curves[1]!.points).toEqual({ x: [1], y: [0.001] });
    expect(accuracy!.curves[0]!.points).toEqual({ x: [1, 2], y: [0.9, 0.9] });
  });

  test('leaves out charts without data', () => {
    expect(curveCharts([{ name: 'new', events: [sampleStart] }])).toEqual([]);
    expect(curveCharts(runs.slice(1)).map((chart) => chart.title)).toEqual([
      'Training loss',
      'Learning rate',
    ]);
  });
});

test('classCharts has one chart a class, in order, with a gap where the class was absent', () => {
  const charts = classCharts(runs, ['background', 'disc']);
  expect(charts.map((chart) => chart.title)).toEqual(['background', 'disc']);
  expect(charts[0]!.curves[0]!.points.y).toEqual([0.5, 0.8]);
  expect(charts[1]!.curves[0]!.points.y).toEqual([null, 0.6]);
});
