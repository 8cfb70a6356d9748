import type { RunEvent } from '../events/run-event.js';

/** Red, green and blue, each from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** A run and what it told. */
export interface ReportRun {
  readonly name: string;
  readonly events: readonly RunEvent[];
}

/** A validation image, what it shows, and what the networks see in it. */
export interface GalleryItem {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel in row order: 3·width·height bytes. */
  readonly image: Uint8Array;
  /** The true class of each pixel, or `ignoreIndex`: width·height bytes. */
  readonly labels: Uint8Array;
  /** The predicted class of each pixel, by each of the runs: width·height bytes. */
  readonly predictions: readonly { readonly name: string; readonly labels: Uint8Array }[];
}

/** What a report shows. */
export interface ReportData {
  readonly title: string;
  /** At least one; several of them are compared with the first. */
  readonly runs: readonly ReportRun[];
  readonly classes: readonly string[];
  /** One a class. */
  readonly colors: readonly Color[];
  readonly gallery: readonly GalleryItem[];
  /** The label of pixels that are not judged. */
  readonly ignoreIndex: number;
}

/** @throws RangeError naming the member of the data that does not fit the others. */
export function checkReportData(data: ReportData): void {
  const { runs, classes, colors, gallery, ignoreIndex } = data;
  if (runs.length === 0) throw new RangeError('runs: none given; expected at least one');
  if (colors.length !== classes.length) {
    throw new RangeError(
      `colors: ${colors.length} given; expected one for each of ${classes.length} classes`,
    );
  }
  for (const { name, events } of runs) {
    for (const event of events) {
      if (event.event === 'evaluation' && event.classIou.length !== classes.length) {
        throw new RangeError(
          `runs: '${name}' has the IoU of ${event.classIou.length} classes at step ${event.step}; ` +
            `expected ${classes.length}`,
        );
      }
    }
  }
  for (const { id, width, height, image, labels, predictions } of gallery) {
    const pixels = width * height;
    if (!(Number.isInteger(width) && Number.isInteger(height) && pixels > 0)) {
      throw new RangeError(`gallery: '${id}' is ${width}×${height}; expected positive whole numbers`);
    }
    const checkLength = (what: string, given: number, expected: number) => {
      if (given === expected) return;
      throw new RangeError(
        `gallery: '${id}' has ${what} of ${given} bytes; expected ${expected} for ${width}×${height}`,
      );
    };
    const checkClasses = (what: string, values: Uint8Array, ignored: number | undefined) => {
      const wrong = values.find((value) => value >= classes.length && value !== ignored);
      if (wrong === undefined) return;
      throw new RangeError(
        `gallery: '${id}' has ${what} of class ${wrong}; expected 0 to ${classes.length - 1}` +
          (ignored === undefined ? '' : ` or ${ignored}, ignored`),
      );
    };
    checkLength('an image', image.length, 3 * pixels);
    checkLength('labels', labels.length, pixels);
    checkClasses('labels', labels, ignoreIndex);
    for (const prediction of predictions) {
      checkLength(`a prediction by '${prediction.name}'`, prediction.labels.length, pixels);
      checkClasses(`a prediction by '${prediction.name}'`, prediction.labels, undefined);
    }
  }
}
