import { ConfusionMatrix, ImageCounts, type ConfusionMatrixOptions } from '@lovasz/evaluation';
import { numberOption, type CaseInputs, type MetricCase } from './metric-case.js';

/** The counts of a case. */
export interface CaseCounts {
  readonly images: ImageCounts;
  readonly confusion: ConfusionMatrix;
}

/** What a case is counted with, where nothing else is said: a prediction that is no class is a miss. */
export function countingOptions(metricCase: MetricCase): ConfusionMatrixOptions {
  const { ignoreIndex } = metricCase.options;
  return {
    numClasses: numberOption(metricCase, 'numClasses'),
    ignoreIndex: ignoreIndex ?? [],
    unknownPrediction: 'miss',
  };
}

/** Counts the images of a case, or those at some places, numbered by their place. */
export function countCase(
  inputs: CaseInputs,
  options: ConfusionMatrixOptions,
  places?: readonly number[],
): CaseCounts {
  const images = new ImageCounts(options);
  let confusion = new ConfusionMatrix(options);
  if (!inputs.has('labels')) return { images, confusion };
  const labels = inputs.images('labels');
  const predictions = inputs.images('predictions');
  if (labels.length !== predictions.length) {
    throw new RangeError(`${labels.length} images of labels and ${predictions.length} of predictions`);
  }
  for (const place of places ?? labels.keys()) {
    const one = new ConfusionMatrix(options).add(labels[place]!.data, predictions[place]!.data);
    images.record(place, one);
    confusion = confusion.merge(one);
  }
  return { images, confusion };
}
