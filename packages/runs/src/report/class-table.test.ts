import { expect, test } from '@jest/globals';
import { sampleEvaluation } from '../events/sample-run.fixture.js';
import { classTable } from './class-table.js';
import type { ReportRun } from './report-data.js';

/** The rows of the table, each as the text and the bar shares of its cells. */
function rows(runs: readonly ReportRun[]): string[][] {
  const table = classTable({
    title: '',
    runs,
    classes: ['background', 'disc'],
    colors: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    gallery: [],
    ignoreIndex: 255,
  }).html;
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd].*?>(.*?)<\/t[hd]>/gs)].map(([, cell]) => {
      const share = /--share: ([\d.]+)/.exec(cell!)?.[1];
      const color = /rgb\(.*?\)/.exec(cell!)?.[0];
      return [share, color, cell!.replace(/<.*?>/gs, '').trim()].filter(Boolean).join(' ');
    }),
  );
}

const first = { name: 'first', events: [sampleEvaluation(1, [0.1, 0.1]), sampleEvaluation(2, [0.5, null])] };
const second = { name: 'second', events: [sampleEvaluation(2, [0.75, 0.25])] };

test('two runs: the last IoU of each class with its colour, bars in proportion, and the difference', () => {
  expect(rows([first, second])).toEqual([
    ['Class', 'first', 'second', 'difference'],
    ['rgb(1 2 3) background', '0.5 50.0 %', '0.75 75.0 %', '+25.0 points'],
    ['rgb(4 5 6) disc', '0 –', '0.25 25.0 %', '–'],
    ['mean', '0.5 50.0 %', '0.5 50.0 %', '±0.0 points'],
  ]);
});

test('one run, or three, have no difference', () => {
  expect(rows([first])[0]).toEqual(['Class', 'first']);
  expect(rows([first, second, first])[0]).toEqual(['Class', 'first', 'second', 'first']);
});
