import { MultiBar, type SingleBar } from 'cli-progress';
import { describeEvent } from './describe-event.js';
import { createPace } from './pace.js';
import type { OutputStream, Reporter } from './reporter.js';

/** A progress bar at the bottom of a terminal; the events other than steps scroll by above it. */
export function barReporter(stream: OutputStream): Reporter {
  const pace = createPace();
  const bars = new MultiBar({
    stream,
    format: '{bar} {description}',
    // Leaves room for the description in 80 columns.
    barsize: 14,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    // A line printed above the bar overwrites it, so it is drawn again even where nothing changed.
    forceRedraw: true,
    // Ctrl-C belongs to the program, which closes the reporter after it has written a checkpoint.
    gracefulExit: false,
  });
  let bar: SingleBar | undefined;
  return {
    report(event) {
      pace.observe(event);
      if (event.event === 'start') {
        stream.write(`${describeEvent(event, pace)}\n`);
        bar ??= bars.create(event.steps, 0, { description: '' });
        bar.setTotal(event.steps);
      } else if (event.event === 'step') {
        bar?.update(event.step, { description: describeEvent(event, pace) });
      } else {
        bars.log(`${describeEvent(event, pace)}\n`);
        bars.update();
      }
    },
    close() {
      if (bar !== undefined) bars.stop();
    },
  };
}
