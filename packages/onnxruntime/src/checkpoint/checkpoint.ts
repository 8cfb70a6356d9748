import { writeAtomically } from '../files/write-atomically.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type SafetensorsTensor,
} from './safetensors.js';
import { readFile } from 'node:fs/promises';

/** A named tensor of a network's state. */
export interface StateTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Everything that a run needs to go on, or another to start from. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** From which all randomness of the run follows, together with the step. */
  readonly seed: number;
  readonly optimizer: { readonly name: string; readonly settings: Readonly<Record<string, number>> };
  /** Trained weights by the name of their initializer. */
  readonly weights: ReadonlyMap<string, StateTensor>;
  /** Running statistics of batch normalization by the name of their initializer. */
  readonly statistics: ReadonlyMap<string, StateTensor>;
  /** The optimizer's vectors: by their name, and by that of the weight they belong to. */
  readonly moments: ReadonlyMap<string, ReadonlyMap<string, StateTensor>>;
  /** What the caller adds, as JSON: the settings of the run, the position in the data, the best score. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A checkpoint that cannot be read, or belongs to another model. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const format = 'lovasz-checkpoint';
const version = 1;

/**
 * The bytes of a checkpoint: a safetensors file with `weights/NAME`, `statistics/NAME` and `optimizer/MOMENT/NAME`, and
 * everything else as JSON in its metadata.
 *
 * @throws CheckpointError when a tensor holds NaN or infinity: such a state is not worth keeping.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  const put = (prefix: string, group: ReadonlyMap<string, StateTensor>): void => {
    for (const [name, { shape, data }] of group) {
      if (!data.every(Number.isFinite)) {
        throw new CheckpointError(
          `${prefix}/${name} holds ${data.find((entry) => !Number.isFinite(entry))}, expected finite numbers`,
        );
      }
      tensors.set(`${prefix}/${name}`, { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> });
    }
  };
  put('weights', checkpoint.weights);
  put('statistics', checkpoint.statistics);
  for (const [moment, group] of checkpoint.moments) put(`optimizer/${moment}`, group);
  const { step, seed, optimizer, extra } = checkpoint;
  return encodeSafetensors(tensors, {
    format,
    version: String(version),
    run: JSON.stringify({ step, seed, optimizer, extra }),
  });
}

/**
 * Reads the bytes of a checkpoint.
 *
 * @throws CheckpointError when they are cut short, or no checkpoint of this version.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  let content: ReturnType<typeof decodeSafetensors>;
  try {
    content = decodeSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new CheckpointError(`the checkpoint is damaged: ${error.message}`, { cause: error });
  }
  const { metadata, tensors } = content;
  if (metadata['format'] !== format || metadata['version'] !== String(version)) {
    throw new CheckpointError(
      `format is '${metadata['format'] ?? 'missing'}' version ${metadata['version'] ?? 'missing'}, expected '${format}' version ${version}`,
    );
  }
  const weights = new Map<string, StateTensor>();
  const statistics = new Map<string, StateTensor>();
  const moments = new Map<string, Map<string, StateTensor>>();
  for (const [key, tensor] of tensors) {
    const [group, ...rest] = key.split('/');
    if (tensor.dtype !== 'F32') throw new CheckpointError(`tensor '${key}' is ${tensor.dtype}, expected F32`);
    const state = { shape: tensor.shape, data: tensor.data };
    if (group === 'weights') weights.set(rest.join('/'), state);
    else if (group === 'statistics') statistics.set(rest.join('/'), state);
    else if (group === 'optimizer') {
      const moment = rest.shift()!;
      if (!moments.has(moment)) moments.set(moment, new Map());
      moments.get(moment)!.set(rest.join('/'), state);
    } else {
      throw new CheckpointError(`tensor '${key}' is not known, expected weights/, statistics/ or optimizer/`);
    }
  }
  return { ...parseRun(metadata['run']), weights, statistics, moments };
}

function parseRun(json: string | undefined): Pick<Checkpoint, 'step' | 'seed' | 'optimizer' | 'extra'> {
  let run: Partial<Checkpoint>;
  try {
    run = JSON.parse(json ?? '') as Partial<Checkpoint>;
  } catch (error) {
    throw new CheckpointError('metadata "run" is no JSON', { cause: error });
  }
  const { step, seed, optimizer, extra } = run;
  if (!Number.isSafeInteger(step) || !Number.isSafeInteger(seed) || typeof optimizer?.name !== 'string') {
    throw new CheckpointError('metadata "run" lacks step, seed or optimizer');
  }
  return { step: step!, seed: seed!, optimizer: optimizer, extra: extra ?? {} };
}

/** Writes a checkpoint in one step: at any moment the file holds the old one or the new one, whole. */
export async function saveCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  await writeAtomically(file, encodeCheckpoint(checkpoint));
}

/** Reads a checkpoint file. @throws CheckpointError that names the file. */
export async function loadCheckpoint(file: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new CheckpointError(`cannot read '${file}': ${(error as Error).message}`, { cause: error });
  }
  try {
    return decodeCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`'${file}': ${error.message}`, { cause: error });
  }
}
