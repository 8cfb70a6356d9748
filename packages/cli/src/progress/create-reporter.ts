import { barReporter } from './bar-reporter.js';
import { jsonReporter } from './json-reporter.js';
import { lineReporter } from './line-reporter.js';
import type { OutputStream, Reporter } from './reporter.js';

/**
 * The reporter that fits: JSON lines on standard output where asked for, else on standard error a progress bar in a
 * terminal and plain lines in a file or a pipe.
 */
export function createReporter(
  json: boolean,
  standardOutput: OutputStream = process.stdout,
  standardError: OutputStream = process.stderr,
): Reporter {
  if (json) return jsonReporter(standardOutput);
  return standardError.isTTY === true ? barReporter(standardError) : lineReporter(standardError);
}
