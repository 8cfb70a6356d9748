import type { OutputStream, Reporter } from './reporter.js';

/** One JSON object a line and event, for machines: the lines of `metrics.jsonl`. */
export function jsonReporter(stream: OutputStream): Reporter {
  return {
    report: (event) => void stream.write(`${JSON.stringify(event)}\n`),
    close: () => undefined,
  };
}
