import { describe, expect, test } from '@jest/globals';
import { sampleRun, sampleStart } from '../events/sample-run.fixture.js';
import { renderReport } from './render-report.js';
import type { ReportData } from './report-data.js';

const data: ReportData = {
  title: 'Cross-entropy </title><script>alert(1)</script>',
  runs: [
    { name: 'first</script><script>alert(2)</script>', events: sampleRun },
    { name: 'second', events: sampleRun },
  ],
  classes: ['background', 'disc'],
  colors: [
    [0, 0, 0],
    [9, 9, 9],
  ],
  gallery: [
    {
      id: 'street',
      width: 2,
      height: 1,
      image: new Uint8Array(6),
      labels: Uint8Array.of(1, 255),
      predictions: [{ name: 'second', labels: Uint8Array.of(0, 1) }],
    },
  ],
  ignoreIndex: 255,
};

describe('renderReport', () => {
  test('the page is self-contained: nothing in it is loaded from anywhere', async () => {
    const page = await renderReport(data);
    const sources = [...page.matchAll(/<[^>]*\s(?:src|href)="([^"]*)"/g)].map(([, source]) => source!);
    expect(sources).toHaveLength(4);
    expect(sources.every((source) => source.startsWith('data:image/png;base64,'))).toBe(true);
    expect(page).not.toMatch(/@import|url\(|<link/);
    expect(page).toContain("default-src 'none'");
  });

  test('text cannot become markup or script', async () => {
    const page = await renderReport(data);
    expect(page).not.toContain('<script>alert');
    // The chart data, the library, and the page's own script.
    expect(page.split('</script>')).toHaveLength(4);
  });

  test('each chart in the page finds its data', async () => {
    const page = await renderReport(data);
    const charts: { title: string; data: unknown[][] }[] = JSON.parse(
      /id="charts">(.*?)<\/script>/s.exec(page)![1]!,
    );
    expect(charts.map((chart) => chart.title)).toEqual([
      'Training loss',
      'Mean IoU',
      'Learning rate',
      'Pixel accuracy',
      'background',
      'disc',
    ]);
    const places = [...page.matchAll(/data-chart="(\d+)"[^>]*aria-label="([^.]*)\./g)].map(
      ([, index, title]) => charts[Number(index)]!.title === title,
    );
    expect(places).toEqual([true, true, true, true, true, true]);
    expect(charts[5]!.data).toEqual([
      [1, 2],
      [null, 0.6],
      [null, 0.6],
    ]);
  });

  test('a run that has only started shows its settings and no empty section', async () => {
    const page = await renderReport({
      ...data,
      runs: [{ name: 'new', events: [sampleStart] }],
      gallery: [],
    });
    expect([...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading)).toEqual(['new', 'Settings']);
  });

  test('refuses data that does not fit before it renders', async () => {
    await expect(renderReport({ ...data, runs: [] })).rejects.toThrow(RangeError);
  });
});
