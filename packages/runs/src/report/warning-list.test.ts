import { expect, test } from '@jest/globals';
import type { RunEvent } from '../events/run-event.js';
import { sampleRun, sampleStart } from '../events/sample-run.fixture.js';
import { warningList } from './warning-list.js';

const warning = (message: string): RunEvent => ({ event: 'warning', message });

test('warnings of the latest start, by run where there are several', () => {
  const resumed = [sampleStart, warning('old'), sampleStart, warning('a <b>'), warning('second')];
  const page = warningList([
    { name: 'plain', events: sampleRun },
    { name: 'warned', events: resumed },
  ]).html;
  expect(Array.from(page.matchAll(/<(?:h3|li)>(.*?)</g), ([, text]) => text)).toEqual([
    'warned',
    'a &lt;b&gt;',
    'second',
  ]);
  expect(warningList([{ name: 'warned', events: resumed }]).html).not.toContain('h3');
});

test('a run without warnings has no such part', () => {
  expect(warningList([{ name: 'plain', events: sampleRun }]).html).toBe('');
});
