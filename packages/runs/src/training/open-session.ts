import {
  createLoader,
  randomCrop,
  randomHorizontalFlip,
  type Loader,
  type SegmentationDataset,
} from '@lovasz/datasets';
import { OnnxError } from '@lovasz/onnx';
import { Trainer, type Schedule } from '@lovasz/onnxruntime';
import { openData, sizeOfFirst } from '../choices/data-sets.js';
import { isBuiltIn, openModel } from '../choices/models.js';
import { createOptimizer } from '../choices/optimizers.js';
import { createSchedule } from '../choices/schedules.js';
import { checkOutput } from '../network/check-output.js';
import { imageInput, imageShape, type ImageInput } from '../network/image-input.js';
import { predictBy, type Predict } from '../prediction/predict.js';
import { namingOutputOptions, outputOptionsOf } from '../settings/output-settings.js';
import { layoutOptions } from '../settings/parameter-settings.js';
import type { RunSettings } from './run-settings.js';
import { formatSize, type Size } from '../settings/size.js';
import { UsageError } from '../settings/usage-error.js';
import { assembleLoss } from '../choices/assemble-loss.js';

/** Everything a run works with. */
export interface Session {
  /** As given, with the size that the data set decided where none was given. */
  readonly settings: RunSettings & { readonly size: Size };
  readonly validation: SegmentationDataset;
  readonly trainImages: number;
  /** The size trained on. */
  readonly trainingSize: Size;
  readonly loader: Loader;
  readonly trainer: Trainer;
  /** The network's input. */
  readonly input: ImageInput;
  readonly predict: Predict;
  readonly schedule: Schedule;
  readonly steps: number;
  readonly epochs: number;
}

/**
 * Opens data, network and trainer.
 *
 * @throws UsageError for options that do not go with the data or the network.
 */
export async function openSession(given: RunSettings): Promise<Session> {
  const train = await openData(given.data, 'train', given.size, given.foreground);
  const size = given.size ?? (await sizeOfFirst(train));
  const validation = await openData(given.data, 'val', size, given.foreground);
  const settings = { ...given, size };
  const trainingSize = settings.crop ?? size;
  checkCrop(settings);

  const loader = openLoader(settings, train);
  const { steps: givenSteps, epochs = 0 } = settings;
  const steps = givenSteps ?? epochs * loader.batchesPerEpoch;
  const { classes } = train;
  const model = await openModel(settings.model, {
    classCount: classes.length,
    size: trainingSize,
    seed: settings.seed,
  });
  const input = imageInput(model, settings.layout);
  const shapeOf = ({ width, height }: Size) => [settings.batch, 3, height, width] as const;
  const { layout, refuseIdle } = layoutOptions(settings);
  const trainer = await Trainer.create(model, {
    ...layout,
    loss: assembleLoss(settings.loss, train.ignoreIndex),
    optimizer: createOptimizer(settings),
    inputShapes: { [input.name]: imageShape(input, settings.batch, trainingSize) },
    predictionShapes: { [input.name]: imageShape(input, settings.batch, size) },
    ...outputOptionsOf(settings),
    seed: settings.seed,
    recompute: settings.recompute,
    // The run tells them as events.
    onWarning: () => undefined,
  }).catch((error: unknown) => {
    const named = namingOutputOptions(error);
    if (!OnnxError.isOnnxError(named) || isBuiltIn(settings.model)) throw named;
    throw OnnxError.at(named, { file: settings.model });
  });
  try {
    refuseIdle();
    checkOutput(settings.model, trainer, train, shapeOf(trainingSize));
  } catch (error) {
    await trainer.close();
    throw error;
  }
  return {
    settings,
    validation,
    trainImages: train.length,
    trainingSize,
    loader,
    trainer,
    input,
    predict: predictBy(trainer, input, shapeOf(size)),
    schedule: createSchedule(settings.schedule, settings.learningRate, steps),
    steps,
    epochs: Math.ceil(steps / loader.batchesPerEpoch),
  };
}

export function openLoader(
  { batch, seed, crop, flip }: Pick<RunSettings, 'batch' | 'seed' | 'crop' | 'flip'>,
  train: SegmentationDataset,
): Loader {
  if (batch > train.length) {
    throw new UsageError(
      `--batch: ${batch} given; accepted: at most the ${train.length} images of ${train.name}`,
    );
  }
  const window = crop && { ...crop, ignoreIndex: train.ignoreIndex };
  return createLoader(train, {
    batchSize: batch,
    seed,
    shuffle: true,
    // A smaller last batch would not fit the training graph.
    dropLast: true,
    transform: (sample, random) => {
      const part = window === undefined ? sample : randomCrop(sample, window, random);
      return flip === 'none' ? part : randomHorizontalFlip(part, random);
    },
  });
}

/** The networks built in halve the size three times; where they have to pad for that, they are bound to one size. */
const sizeMultiple = 8;

function checkCrop({ model, size, crop }: RunSettings & { size: Size }): void {
  if (crop === undefined) return;
  if (crop.width > size.width || crop.height > size.height) {
    throw new UsageError(
      `--crop: ${formatSize(crop)} given; accepted: at most the size of the images, ${formatSize(size)}`,
    );
  }
  const fits = [size, crop].every(
    ({ width, height }) => width % sizeMultiple === 0 && height % sizeMultiple === 0,
  );
  if (isBuiltIn(model) && !fits) {
    throw new UsageError(
      `--crop: ${formatSize(crop)} given with images of ${formatSize(size)}; accepted with ${model}: --size and --crop that are both multiples of ${sizeMultiple}`,
    );
  }
}
