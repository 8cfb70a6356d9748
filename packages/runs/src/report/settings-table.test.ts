import { expect, test } from '@jest/globals';
import { sampleStart } from '../events/sample-run.fixture.js';
import { settingsTable } from './settings-table.js';

test('settingsTable shows the latest settings of each run and marks those that differ', () => {
  const table = settingsTable([
    { name: 'first', events: [{ ...sampleStart, steps: 2 }, sampleStart] },
    { name: 'second', events: [{ ...sampleStart, loss: 'cross-entropy' }] },
  ]).html;
  const rows = [...table.matchAll(/<tr(.*?)>(.*?)<\/tr>/gs)].map(([, attributes, row]) => [
    attributes!.includes('differs'),
    ...[...row!.matchAll(/<t[hd].*?>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell!.trim()),
  ]);
  expect(rows).toContainEqual([false, 'steps', '4', '4']);
  expect(rows).toContainEqual([true, 'loss', 'lovasz-softmax', 'cross-entropy']);
  expect(rows).toContainEqual([false, 'size', '64×48', '64×48']);
  expect(rows.filter(([differs]) => differs)).toHaveLength(1);
});
