export {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type StateTensor,
} from './checkpoint/checkpoint.js';
export { writeAtomically } from './files/write-atomically.js';
export type { InputData } from './training/input-feeds.js';
export { NonFiniteLossError } from './training/non-finite-loss-error.js';
export { Predictor, type PredictorOptions } from './training/predictor.js';
export { constantSchedule, polynomialSchedule, type Schedule } from './training/schedule.js';
export { Trainer, type TrainerOptions, type TrainingBatch } from './training/trainer.js';
