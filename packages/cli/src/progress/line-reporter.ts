import { describeEvent } from './describe-event.js';
import { createPace } from './pace.js';
import type { OutputStream, Reporter } from './reporter.js';

/**
 * Plain lines, for a log file or a pipe: every event but the steps, of which one is shown every `interval`
 * milliseconds.
 *
 * @param now the time in milliseconds, replaced in tests.
 */
export function lineReporter(stream: OutputStream, interval = 5000, now: () => number = Date.now): Reporter {
  const pace = createPace();
  let lastLine = -Infinity;
  return {
    report(event) {
      pace.observe(event);
      if (event.event === 'step') {
        if (now() - lastLine < interval) return;
        lastLine = now();
      }
      stream.write(`${describeEvent(event, pace)}\n`);
    },
    close: () => undefined,
  };
}
