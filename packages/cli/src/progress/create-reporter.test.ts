import { describe, expect, test } from '@jest/globals';
import { sampleStart, sampleStep } from './sample-run.fixture.js';
import { createReporter } from './create-reporter.js';
import { recordingStream } from './output-stream.fixture.js';

/** What a start and a step print on standard output and standard error. */
function print(json: boolean, terminal: boolean): { output: string; error: string } {
  const output = recordingStream(terminal);
  const error = recordingStream(terminal);
  const reporter = createReporter(json, output.stream, error.stream);
  reporter.report(sampleStart);
  reporter.report(sampleStep(1));
  reporter.close();
  return { output: output.printed(), error: error.printed() };
}

describe('createReporter', () => {
  test('JSON goes to standard output, even in a terminal, and no bar is drawn', () => {
    const { output, error } = print(true, true);
    expect(output.split('\n').map((line) => line && JSON.parse(line).event)).toEqual(['start', 'step', '']);
    expect(error).toBe('');
  });

  test('a terminal gets a bar on standard error', () => {
    const { output, error } = print(false, true);
    expect(output).toBe('');
    expect(error).toContain('░ step 1/4');
  });

  test('a pipe gets plain lines on standard error', () => {
    const { output, error } = print(false, false);
    expect(output).toBe('');
    expect(error).toMatch(/^unet .*\nstep 1\/4 .*\n$/);
  });
});
