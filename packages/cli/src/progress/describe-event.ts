import type { RunEvent } from '@lovasz/runs';
import { formatDuration, formatPercent } from '@lovasz/runs/command';
import type { Pace } from './pace.js';

/** An event in one line for people. */
export function describeEvent(event: RunEvent, pace: Pace): string {
  switch (event.event) {
    case 'start':
      return (
        `${event.model} (${event.parameters.toLocaleString('en')} parameters) on ${event.data}, ` +
        `${event.trainImages} images of ${event.width}×${event.height}, ${event.loss}, ${event.steps} steps`
      );
    case 'warning':
      return `warning: ${event.message}`;
    case 'step':
      return [
        `step ${event.step}/${pace.steps}`,
        `epoch ${event.epoch}`,
        `loss ${event.loss.toFixed(4)}`,
        `${pace.imagesPerSecond.toFixed(1)} images/s`,
        `${formatDuration(pace.secondsLeft(event))} left`,
      ].join('  ');
    case 'evaluation':
      return `epoch ${event.epoch}  mIoU ${formatPercent(event.meanIou)}  pixel accuracy ${formatPercent(event.pixelAccuracy)}`;
    case 'checkpoint':
      return `step ${event.step}  checkpoint ${event.file}`;
    case 'end':
      return `${event.step} steps in ${formatDuration(event.seconds)}  mIoU ${formatPercent(event.meanIou)}`;
    case 'interrupted':
      return `interrupted after step ${event.step}`;
  }
}
