import type { EvaluationEvent, RunEvent, StartEvent, StepEvent } from './run-event.js';

/** Four steps of two epochs on two classes, for tests. */
export const sampleStart: StartEvent = {
  event: 'start',
  time: '2024-05-06T07:08:09.123Z',
  model: 'unet',
  data: 'shapes',
  loss: 'lovasz-softmax',
  optimizer: 'adam',
  learningRate: 0.001,
  schedule: 'polynomial',
  weightDecay: 0.0002,
  batch: 10,
  width: 64,
  height: 48,
  seed: 3,
  epochs: 2,
  steps: 4,
  parameters: 12345,
  classes: ['background', 'disc'],
  trainImages: 20,
  validationImages: 6,
};

export function sampleStep(step: number, imagesPerSecond = 50): StepEvent {
  return {
    event: 'step',
    step,
    epoch: Math.ceil(step / 2),
    loss: 1 / step,
    learningRate: 0.001,
    imagesPerSecond,
  };
}

export function sampleEvaluation(epoch: number, classIou: readonly [number, number | null]): EvaluationEvent {
  const [background, disc] = classIou;
  return {
    event: 'evaluation',
    step: 2 * epoch,
    epoch,
    meanIou: disc === null ? background : (background + disc) / 2,
    classIou,
    pixelAccuracy: 0.9,
    seconds: 0.5,
  };
}

export const sampleRun: readonly RunEvent[] = [
  sampleStart,
  sampleStep(1),
  sampleStep(2),
  sampleEvaluation(1, [0.5, null]),
  sampleStep(3),
  sampleStep(4),
  sampleEvaluation(2, [0.8, 0.6]),
  { event: 'checkpoint', step: 4, file: 'checkpoint.safetensors' },
  { event: 'end', step: 4, seconds: 75, meanIou: 0.7 },
];
