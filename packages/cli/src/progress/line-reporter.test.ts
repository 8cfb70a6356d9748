import { expect, test } from '@jest/globals';
import { sampleEvaluation, sampleStart, sampleStep } from './sample-run.fixture.js';
import { lineReporter } from './line-reporter.js';
import { recordingStream } from './output-stream.fixture.js';

test('lineReporter prints a step every few seconds and everything else at once', () => {
  const { stream, printed } = recordingStream();
  let now = 1_000_000;
  const reporter = lineReporter(stream, 5000, () => now);
  reporter.report(sampleStart);
  for (let step = 1; step <= 4; step++) {
    reporter.report(sampleStep(step));
    now += 2000;
  }
  reporter.report(sampleEvaluation(2, [0.8, 0.6]));
  reporter.report({ event: 'interrupted', step: 4 });
  reporter.close();
  const lines = printed().split('\n');
  expect(lines.map((line) => line.split('  ')[0])).toEqual([
    expect.stringContaining('unet'),
    'step 1/4',
    'step 4/4',
    'epoch 2',
    'interrupted after step 4',
    '',
  ]);
  expect(printed()).not.toContain('\u001B');
});
