import type { RunEvent, StepEvent } from '@lovasz/runs';

/** How fast a run goes and how long it will still take. */
export interface Pace {
  observe(event: RunEvent): void;
  /** Steps of the whole run, 0 before its start. */
  readonly steps: number;
  /** Smoothed over about ten steps, since a single step's speed jumps about. */
  readonly imagesPerSecond: number;
  /** Of training after `step`, at the present speed; evaluations are not counted. */
  secondsLeft(step: StepEvent): number;
}

const smoothing = 0.9;

export function createPace(): Pace {
  let steps = 0;
  let batch = 0;
  // An exponential mean of the seconds an image takes: times add up where speeds do not.
  let secondsPerImage = NaN;
  return {
    observe(event) {
      if (event.event === 'start') {
        ({ steps, batch } = event);
        secondsPerImage = NaN;
      } else if (event.event === 'step') {
        const latest = 1 / event.imagesPerSecond;
        secondsPerImage = Number.isNaN(secondsPerImage)
          ? latest
          : smoothing * secondsPerImage + (1 - smoothing) * latest;
      }
    },
    get steps() {
      return steps;
    },
    get imagesPerSecond() {
      return 1 / secondsPerImage;
    },
    secondsLeft: (event) => Math.max(0, steps - event.step) * batch * secondsPerImage,
  };
}
