import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FlatEntry, NetworkLayout, Optimizer, TrainedOutput, TrainingGraph } from '@lovasz/onnx';
import { UsageError } from '@lovasz/runs';
import type { CompileSettings } from './compile-settings.js';

export const manifestFile = 'manifest.json';
export const stateFile = 'state.bin';

const format = 'lovasz-compiled';
const version = 1;

/** An input or output of a graph. */
export interface Port {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

/** A vector of the state. */
export interface StateVector {
  readonly name: string;
  /** Where it starts in the file of the state, and how long it is: in numbers, not bytes. */
  readonly offset: number;
  readonly length: number;
}

/** What a folder written by `lovasz compile` holds. */
export interface Manifest {
  /** The model that it was compiled from. */
  readonly model: { readonly file: string; readonly sha256: string };
  readonly settings: Omit<CompileSettings, 'optimizer' | 'momentum' | 'weightDecay' | 'inputShapes'> & {
    readonly optimizer: Pick<Optimizer, 'name' | 'settings'>;
  };
  /** The network's own inputs. */
  readonly inputs: readonly Port[];
  readonly labels: Port;
  /** How many classes labels name: 0 and 1 of a network with one score per pixel. */
  readonly classes: number;
  readonly logits: Port;
  /** The output that is trained, and how it is read. */
  readonly output: TrainedOutput;
  /** Uniform random numbers in [0, 1), drawn anew for every step. */
  readonly randomInputs: readonly Port[];
  /** The optimizer's scalars as formulas of `learning_rate` and `step` (from 1). */
  readonly scalars: Readonly<Record<string, string>>;
  /** The vectors of the state file, float32, little-endian. */
  readonly state: readonly StateVector[];
  /** What lies where in the vectors `parameters` and `statistics`; moments and gradient lie as the parameters do. */
  readonly layout: {
    readonly parameters: readonly FlatEntry[];
    readonly statistics: readonly FlatEntry[];
    /** Tensors that follow another one, by `--tie`. */
    readonly ties: NetworkLayout['ties'];
    /** Tensors that the model has as one with another, and that are taken apart. */
    readonly separated: NetworkLayout['separated'];
  };
  readonly graphs: Readonly<
    Record<string, { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] }>
  >;
  /** What whoever trains should know of the model: what its exporter did, what is not trained. */
  readonly warnings: readonly string[];
  /** What could be trained and is not, each parameter with the reason; a constant of the graphs. */
  readonly untrained: TrainingGraph['untrained'];
  /** Of every other file, as it was written. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** The text of a manifest. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ format, version, ...manifest }, null, 2)}\n`;
}

/** The manifest of a folder; `undefined` when it has none of this format. */
export async function findManifest(directory: string): Promise<Manifest | undefined> {
  const text = await readFile(join(directory, manifestFile), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const content = JSON.parse(text) as Manifest & { format?: unknown; version?: unknown };
    return content.format === format && content.version === version ? content : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The manifest of a folder that an option names.
 *
 * @throws UsageError when `lovasz compile` has not written it.
 */
export async function readManifest(option: string, directory: string): Promise<Manifest> {
  const manifest = await findManifest(directory);
  if (manifest !== undefined) return manifest;
  throw new UsageError(`${option}: '${directory}' given; accepted: a folder that lovasz compile has written`);
}
