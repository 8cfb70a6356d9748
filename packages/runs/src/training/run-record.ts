import { CheckpointError, loadCheckpoint, type Checkpoint } from '@lovasz/onnxruntime';
import { access } from 'node:fs/promises';
import type { EvaluationEvent } from '../events/run-event.js';
import type { RecordedSettings } from './recorded-settings.js';
import { UsageError } from '../settings/usage-error.js';

/** What a run adds to its checkpoints, beyond what the trainer needs to go on. */
export interface RunRecord {
  readonly settings: RecordedSettings;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
  /** How long the run has trained so far. */
  readonly seconds: number;
  /** The last evaluation. */
  readonly evaluation: EvaluationEvent | null;
}

/**
 * Reads a checkpoint file that an option names.
 *
 * @throws UsageError when there is no such file; CheckpointError when it is damaged or no checkpoint.
 */
export async function readCheckpoint(option: string, file: string): Promise<Checkpoint> {
  await access(file).catch(() => {
    throw new UsageError(`${option}: there is no checkpoint ${file}`);
  });
  return loadCheckpoint(file);
}

/**
 * What a run added to its checkpoint.
 *
 * @throws CheckpointError when it is the checkpoint of another program.
 */
export function recordOf(checkpoint: Checkpoint, file: string): RunRecord {
  const record = checkpoint.extra as Partial<RunRecord>;
  if (record.settings === undefined || record.classes === undefined) {
    throw new CheckpointError(`'${file}' was not written by lovasz train: it lacks the settings of its run`);
  }
  return { seconds: 0, evaluation: null, ...record } as RunRecord;
}
