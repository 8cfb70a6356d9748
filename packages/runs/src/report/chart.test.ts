import { describe, expect, test } from '@jest/globals';
import { chartFigure, chartScriptData, type Chart } from './chart.js';
import { html } from './html.js';

const chart: Chart = {
  title: 'Mean IoU',
  xName: 'epoch',
  format: 'percent',
  range: 'fit',
  curves: [
    { name: 'faint', color: '--run-1', faint: true, points: { x: [1], y: [0.9] } },
    { name: 'first', color: '--run-1', points: { x: [1, 2, 3], y: [0.5, 0.123456789, null] } },
    { name: 'second', color: '--run-2', points: { x: [2], y: [0.25] } },
    { name: 'third', color: '--run-3', points: { x: [], y: [] } },
  ],
};

describe('chart', () => {
  test('the script gets aligned columns of five digits, in the order of the curves', () => {
    expect(chartScriptData(chart)).toEqual({
      title: 'Mean IoU',
      xName: 'epoch',
      format: 'percent',
      range: 'fit',
      curves: [
        { name: 'faint', color: '--run-1', faint: true },
        { name: 'first', color: '--run-1' },
        { name: 'second', color: '--run-2' },
        { name: 'third', color: '--run-3' },
      ],
      data: [
        [1, 2, 3],
        [0.9, null, null],
        [0.5, 0.12346, null],
        [null, 0.25, null],
        [null, null, null],
      ],
    });
  });

  test('the figure says in words what the curves show', () => {
    const figure = chartFigure(chart, 7, html`<h3>Mean IoU</h3>`).html;
    expect(figure).toContain('data-chart="7"');
    expect(figure).toContain(
      'aria-label="Mean IoU. first: from 50.0 % at epoch 1 to 12.3 % at epoch 2; second: 25.0 % at epoch 2; third: no value."',
    );
  });
});
