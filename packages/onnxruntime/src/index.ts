export {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type StateTensor,
} from './checkpoint/checkpoint.js';
export { externalFiles } from './files/external-files.js';
export { readModel } from './files/read-model.js';
export { writeAtomically } from './files/write-atomically.js';
export { writeModel } from './files/write-model.js';
export type { InputData } from './training/input-feeds.js';
export type { Labels } from './training/label-ids.js';
export { NonFiniteLossError } from './training/non-finite-loss-error.js';
export { Predictor, type PredictorOptions } from './training/predictor.js';
export { constantSchedule, polynomialSchedule, type Schedule } from './training/schedule.js';
export { Trainer, type TrainerOptions, type TrainingBatch } from './training/trainer.js';
