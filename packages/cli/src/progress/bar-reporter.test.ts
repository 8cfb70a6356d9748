import { describe, expect, test } from '@jest/globals';
import { sampleEvaluation, sampleStart, sampleStep } from './sample-run.fixture.js';
import { barReporter } from './bar-reporter.js';
import { recordingStream } from './output-stream.fixture.js';

const showCursor = '\u001B[?25h';

describe('barReporter', () => {
  test('draws the latest step and leaves the terminal as it was', () => {
    const { stream, printed } = recordingStream(true);
    const reporter = barReporter(stream);
    reporter.report(sampleStart);
    reporter.report(sampleStep(1));
    reporter.report(sampleStep(2));
    reporter.close();
    const text = printed();
    expect(text).toContain('███████░░░░░░░ step 2/4  epoch 1  loss 0.5000  50.0 images/s  0 s left');
    expect(text.lastIndexOf(showCursor)).toBeGreaterThan(text.lastIndexOf('\u001B[?25l'));
    expect(text.endsWith('\n')).toBe(true);
  });

  test('prints evaluations above the bar, each on a line of its own', () => {
    const { stream, printed } = recordingStream(true);
    const reporter = barReporter(stream);
    reporter.report(sampleStart);
    reporter.report(sampleStep(2));
    reporter.report(sampleEvaluation(1, [0.5, null]));
    reporter.close();
    const text = printed();
    expect(text).toContain('epoch 1  mIoU 50.0 %  pixel accuracy 90.0 %\n');
    expect(text.lastIndexOf('step 2/4')).toBeGreaterThan(text.indexOf('mIoU'));
  });

  test('closes without a start', () => {
    const { stream, printed } = recordingStream(true);
    barReporter(stream).close();
    expect(printed()).toBe('');
  });

  test('leaves Ctrl-C to the program', () => {
    const before = process.listenerCount('SIGINT');
    const reporter = barReporter(recordingStream(true).stream);
    reporter.report(sampleStart);
    expect(process.listenerCount('SIGINT')).toBe(before);
    reporter.close();
  });
});
