/** The settings of a run, written when it starts and again each time it is resumed. */
export interface StartEvent {
  readonly event: 'start';
  /** When, as an ISO 8601 date and time in UTC. */
  readonly time: string;
  readonly model: string;
  readonly data: string;
  /** The losses whose sum is minimised, joined by `+`. */
  readonly loss: string;
  readonly optimizer: string;
  /** The learning rate of the first step. */
  readonly learningRate: number;
  readonly schedule: string;
  readonly weightDecay: number;
  /** Images a step. */
  readonly batch: number;
  /** The size trained on, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly epochs: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Trainable numbers in the network. */
  readonly parameters: number;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly validationImages: number;
}

/** Something about the network that whoever trains it should know, told after the start. */
export interface WarningEvent {
  readonly event: 'warning';
  readonly message: string;
}

/** One optimizer step. */
export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1 over the whole run. */
  readonly step: number;
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
}

/** The network judged on the validation images, after `step` steps. */
export interface EvaluationEvent {
  readonly event: 'evaluation';
  readonly step: number;
  readonly epoch: number;
  /** Mean over the classes that have an IoU, in [0, 1]; null when none has. */
  readonly meanIou: number | null;
  /** In [0, 1], one a class; null for a class neither labelled nor predicted. */
  readonly classIou: readonly (number | null)[];
  /** In [0, 1]; null when no pixel is labelled. */
  readonly pixelAccuracy: number | null;
  readonly seconds: number;
}

/** A checkpoint written after `step` steps. */
export interface CheckpointEvent {
  readonly event: 'checkpoint';
  readonly step: number;
  readonly file: string;
}

/** The run is complete. */
export interface EndEvent {
  readonly event: 'end';
  readonly step: number;
  readonly seconds: number;
  /** Of the last evaluation; null where there was none. */
  readonly meanIou: number | null;
}

/** The run was stopped after `step` steps and can be resumed. */
export interface InterruptedEvent {
  readonly event: 'interrupted';
  readonly step: number;
}

/** What a run tells: a line of `metrics.jsonl`, a line of `--json`, an update of the progress display. */
export type RunEvent =
  StartEvent | WarningEvent | StepEvent | EvaluationEvent | CheckpointEvent | EndEvent | InterruptedEvent;
