import { expect, test } from '@jest/globals';
import { sampleRun } from './sample-run.fixture.js';
import { jsonReporter } from './json-reporter.js';
import { recordingStream } from './output-stream.fixture.js';

test('jsonReporter prints every event as one line of JSON and nothing else', () => {
  const { stream, printed } = recordingStream();
  const reporter = jsonReporter(stream);
  for (const event of sampleRun) reporter.report(event);
  reporter.close();
  const lines = printed().split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toEqual(sampleRun);
});
