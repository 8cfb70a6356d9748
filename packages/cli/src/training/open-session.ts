import {
  createLoader,
  randomCrop,
  randomHorizontalFlip,
  type Loader,
  type SegmentationDataset,
} from '@lovasz/datasets';
import { OnnxError } from '@lovasz/onnx';
import { constantSchedule, polynomialSchedule, Trainer, type Schedule } from '@lovasz/onnxruntime';
import type { ModelChoice } from '../options/model.js';
import { namingOutputOptions, outputOptionsOf } from '../options/output-options.js';
import { layoutOptions } from '../options/parameter-options.js';
import type { Size } from '../options/size.js';
import type { TrainOptions } from '../options/train-options.js';
import { UsageError } from '../options/usage-error.js';
import { predictBy, type Predict } from '../prediction/predict.js';
import { assembleLoss } from './assemble-loss.js';
import { checkOutput } from './check-output.js';
import { createOptimizer } from './create-optimizer.js';
import { imageInput, imageShape, type ImageInput } from './image-input.js';
import { openData, sizeOfFirst } from './open-data.js';
import { openModel } from './open-model.js';

/** Everything a run works with. */
export interface Session {
  /** As given, with the size that the data set decided where none was given. */
  readonly options: TrainOptions & { readonly size: Size };
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
export async function openSession(given: TrainOptions): Promise<Session> {
  const train = await openData(given.data, 'train', given.size, given.foreground);
  const size = given.size ?? (await sizeOfFirst(train));
  const validation = await openData(given.data, 'val', size, given.foreground);
  const options = { ...given, size };
  const trainingSize = options.crop ?? size;
  checkCrop(options);

  const loader = openLoader(options, train);
  const { duration } = options;
  const steps = 'steps' in duration ? duration.steps : duration.epochs * loader.batchesPerEpoch;
  const { classes } = train;
  const model = await openModel(options.model, {
    classes: classes.length,
    size: trainingSize,
    seed: options.seed,
  });
  const input = imageInput(model, options.layout);
  const shapeOf = ({ width, height }: Size) => [options.batch, 3, height, width] as const;
  const { layout, refuseIdle } = layoutOptions(options);
  const trainer = await Trainer.create(model, {
    ...layout,
    loss: assembleLoss(options.loss, train.ignoreIndex),
    optimizer: createOptimizer(options),
    inputShapes: { [input.name]: imageShape(input, options.batch, trainingSize) },
    predictionShapes: { [input.name]: imageShape(input, options.batch, size) },
    ...outputOptionsOf(options),
    seed: options.seed,
    recompute: options.recompute,
    // The run tells them as events.
    onWarning: () => undefined,
  }).catch((error: unknown) => {
    if (!(error instanceof OnnxError) || options.model.kind !== 'file') throw namingOutputOptions(error);
    throw new OnnxError(`${options.model.file}: ${error.message}`);
  });
  try {
    refuseIdle();
    checkOutput(nameOf(options.model), trainer, train, shapeOf(trainingSize));
  } catch (error) {
    await trainer.close();
    throw error;
  }
  return {
    options,
    validation,
    trainImages: train.length,
    trainingSize,
    loader,
    trainer,
    input,
    predict: predictBy(trainer, input, shapeOf(size)),
    schedule:
      options.schedule === 'polynomial'
        ? polynomialSchedule(options.learningRate, steps)
        : constantSchedule(options.learningRate),
    steps,
    epochs: Math.ceil(steps / loader.batchesPerEpoch),
  };
}

function openLoader({ batch, seed, crop }: TrainOptions, train: SegmentationDataset): Loader {
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
    transform: (sample, random) =>
      randomHorizontalFlip(window === undefined ? sample : randomCrop(sample, window, random), random),
  });
}

/** The networks built in halve the size three times; where they have to pad for that, they are bound to one size. */
const sizeMultiple = 8;

function checkCrop({ model, size, crop }: TrainOptions & { size: Size }): void {
  if (crop === undefined) return;
  const text = ({ width, height }: Size) => `${width}x${height}`;
  if (crop.width > size.width || crop.height > size.height) {
    throw new UsageError(
      `--crop: ${text(crop)} given; accepted: at most the size of the images, ${text(size)}`,
    );
  }
  const fits = [size, crop].every(
    ({ width, height }) => width % sizeMultiple === 0 && height % sizeMultiple === 0,
  );
  if (model.kind === 'built-in' && !fits) {
    throw new UsageError(
      `--crop: ${text(crop)} given with images of ${text(size)}; accepted with ${model.name}: --size and --crop that are both multiples of ${sizeMultiple}`,
    );
  }
}

function nameOf(model: ModelChoice): string {
  return model.kind === 'file' ? model.file : model.name;
}
