import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { SegmentationDataset } from '@lovasz/datasets';
import { classIou, meanIou, pixelAccuracy } from '@lovasz/evaluation';
import { NonFiniteLossError, saveCheckpoint, writeAtomically, writeModel } from '@lovasz/onnxruntime';
import {
  createMetricsFile,
  readMetricsFile,
  resumeMetricsFile,
  type MetricsFile,
} from '../events/metrics-file.js';
import type { EvaluationEvent, RunEvent, StartEvent } from '../events/run-event.js';
import { dataTitle } from '../choices/data-sets.js';
import { imageFeed } from '../network/image-feed.js';
import { evaluate } from '../prediction/evaluate.js';
import { predictGallery } from '../prediction/predict-gallery.js';
import { renderReport } from '../report/render-report.js';
import type { GalleryItem } from '../report/report-data.js';
import { recordSettings, settingsFrom } from './recorded-settings.js';
import { completeRunSettings, type TrainOptions } from './run-settings.js';
import { UsageError } from '../settings/usage-error.js';
import { openSession, type Session } from './open-session.js';
import { runFolder, type RunFolder } from './run-folder.js';
import { readCheckpoint, recordOf, type RunRecord } from './run-record.js';

/** What watches a run and can stop it. */
export interface TrainContext {
  /** Is told every event, after it has been written to the metrics file. */
  readonly report?: ((event: RunEvent) => void) | undefined;
  /** Stops the run after the step at hand; what was reached is kept. */
  readonly signal?: AbortSignal | undefined;
}

/** How a run ended. */
export interface TrainResult {
  /** False when the signal stopped it; {@link resumeTraining} goes on then. */
  readonly finished: boolean;
  readonly step: number;
  /** The last evaluation on the validation images; null when there was none. */
  readonly evaluation: EvaluationEvent | null;
  /** The validation images. */
  readonly validation: SegmentationDataset;
  /** Some of them, with what the network sees in them. */
  readonly gallery: readonly GalleryItem[];
  readonly folder: RunFolder;
}

/**
 * Trains a network and leaves in the run folder a checkpoint, the network for inference, metrics and a report.
 *
 * A checkpoint is written before the first step and after each epoch, each in one piece, so that the folder holds a
 * good one at any time. A folder without one starts anew, whatever else a run left there. After each epoch and the last step the network is judged on the validation images.
 *
 * @throws UsageError when the folder holds a run already, or options do not go together; Error when the loss is
 *   NaN or infinite: the last checkpoint is kept.
 * @param options what is left out has its default, as on the command line.
 * @example
 * const { evaluation } = await train({ size: { width: 16, height: 16 }, steps: 2, out: 'runs/first' });
 * console.log(evaluation?.meanIou);
 */
export async function train(options: TrainOptions, context: TrainContext = {}): Promise<TrainResult> {
  const settings = completeRunSettings(options);
  const folder = runFolder(settings.out);
  if (existsSync(folder.checkpoint)) {
    throw new UsageError(
      `--out: ${settings.out} holds a run already; --resume goes on with it, another --out starts anew`,
    );
  }
  const start = settings.init === undefined ? undefined : await readCheckpoint('--init', settings.init);
  const session = await openSession(settings);
  try {
    if (start !== undefined) await session.trainer.initialize(start);
    await mkdir(folder.directory, { recursive: true });
    // Left by a run that was ended before its first checkpoint: there is nothing to go on with.
    await rm(folder.metrics, { force: true });
    const metrics = createMetricsFile(folder.metrics);
    return await run(session, metrics, { seconds: 0, evaluation: null }, context);
  } finally {
    await session.trainer.close();
  }
}

/**
 * Goes on with the run in a folder from its checkpoint, bit for bit as if it had never stopped.
 *
 * @throws UsageError when the folder holds no checkpoint; CheckpointError when that is damaged.
 */
export async function resumeTraining(directory: string, context: TrainContext = {}): Promise<TrainResult> {
  const folder = runFolder(directory);
  const checkpoint = await readCheckpoint('--resume', folder.checkpoint);
  const record = recordOf(checkpoint, folder.checkpoint);
  const session = await openSession(settingsFrom(record.settings, directory));
  try {
    await session.trainer.resume(checkpoint);
    const metrics = resumeMetricsFile(folder.metrics, checkpoint.step);
    return await run(session, metrics, record, context);
  } finally {
    await session.trainer.close();
  }
}

async function run(
  session: Session,
  metrics: MetricsFile,
  before: Pick<RunRecord, 'seconds' | 'evaluation'>,
  { report, signal }: TrainContext,
): Promise<TrainResult> {
  const { settings, validation, loader, trainer, input, predict, schedule, steps } = session;
  const trainingPixels = session.trainingSize.width * session.trainingSize.height;
  const { batch } = settings;
  const folder = runFolder(settings.out);
  const name = settings.loss.join('+');
  const started = performance.now();
  const seconds = () => before.seconds + (performance.now() - started) / 1000;
  let { evaluation } = before;
  let savedStep = trainer.step;

  const tell = (event: RunEvent) => {
    metrics.append(event);
    report?.(event);
  };
  const save = async () => {
    const record: RunRecord = {
      settings: recordSettings(settings),
      classes: validation.classes,
      seconds: seconds(),
      evaluation,
    };
    await saveCheckpoint(folder.checkpoint, await trainer.checkpoint({ ...record }));
    savedStep = trainer.step;
    tell({ event: 'checkpoint', step: savedStep, file: folder.checkpoint });
  };
  const judge = async () => {
    const begun = performance.now();
    const confusion = await evaluate(predict, validation, batch, signal);
    if (confusion === undefined) return;
    const numberOrNull = (value: number) => (Number.isNaN(value) ? null : value);
    evaluation = {
      event: 'evaluation',
      step: trainer.step,
      epoch: epochOf(trainer.step),
      meanIou: numberOrNull(meanIou.of(confusion)),
      classIou: classIou.of(confusion).map(numberOrNull),
      pixelAccuracy: numberOrNull(pixelAccuracy.of(confusion)),
      seconds: (performance.now() - begun) / 1000,
    };
    tell(evaluation);
    await save();
  };
  /** The epoch that a step belongs to, both counted from 1. */
  const epochOf = (step: number) => Math.ceil(step / loader.batchesPerEpoch);
  const isDue = (step: number) => step > 0 && (step % loader.batchesPerEpoch === 0 || step === steps);
  const isJudged = () => !isDue(trainer.step) || evaluation?.step === trainer.step;
  const trainToEndOfEpoch = async () => {
    const epoch = Math.floor(trainer.step / loader.batchesPerEpoch);
    const from = trainer.step % loader.batchesPerEpoch;
    let begun = performance.now();
    for await (const { images, labels } of loader.epoch(epoch, { from })) {
      const learningRate = schedule(trainer.step);
      const inputs = imageFeed(input, images, trainingPixels);
      const { loss, step } = await trainer.train({ inputs, labels }, learningRate);
      const now = performance.now();
      const imagesPerSecond = (1000 * batch) / (now - begun);
      begun = now;
      tell({ event: 'step', step, epoch: epochOf(step), loss, learningRate, imagesPerSecond });
      if (signal?.aborted || step === steps) return;
    }
  };

  try {
    const start = startEvent(session);
    tell(start);
    for (const message of trainer.warnings) tell({ event: 'warning', message });
    if (trainer.step === 0) await save();
    while (!signal?.aborted && !(trainer.step === steps && isJudged())) {
      if (isJudged()) await trainToEndOfEpoch();
      else await judge();
    }
    const finished = trainer.step === steps && isJudged();
    if (finished) {
      tell({ event: 'end', step: steps, seconds: seconds(), meanIou: evaluation?.meanIou ?? null });
    } else {
      if (savedStep !== trainer.step) await save();
      tell({ event: 'interrupted', step: trainer.step });
    }
    await writeModel(folder.model, await trainer.trainedModel());
    const gallery = await predictGallery(name, predict, validation, batch);
    const page = await renderReport({
      title: `${start.model} on ${start.data}`,
      runs: [{ name, events: readMetricsFile(folder.metrics) }],
      classes: validation.classes,
      colors: validation.colors,
      gallery,
      ignoreIndex: validation.ignoreIndex,
    });
    await writeAtomically(folder.report, page);
    return { finished, step: trainer.step, evaluation, validation, gallery, folder };
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    const kept = `${folder.checkpoint} holds the last good state, after step ${savedStep}`;
    throw new Error(`${error.message}; ${kept}`, { cause: error });
  } finally {
    metrics.close();
  }
}

function startEvent(session: Session): StartEvent {
  const { settings, trainer, trainingSize, validation, trainImages, steps, epochs } = session;
  const { model, loss, data, optimizer, learningRate, schedule, weightDecay, batch, seed } = settings;
  return {
    event: 'start',
    time: new Date().toISOString(),
    model: model.replace(/^.*[/\\]/, ''),
    data: dataTitle(data),
    loss: loss.join('+'),
    optimizer,
    learningRate,
    schedule,
    weightDecay,
    batch,
    width: trainingSize.width,
    height: trainingSize.height,
    seed,
    epochs,
    steps,
    parameters: trainer.parameterCount,
    classes: validation.classes,
    trainImages,
    validationImages: validation.length,
  };
}
