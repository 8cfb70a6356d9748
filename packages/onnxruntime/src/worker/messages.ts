import type { PortableError } from './portable-error.js';

/** What the trainer asks of its worker thread. Every request is answered, in order, by one reply. */
export type Request =
  | ({ readonly kind: 'open' } & Opening)
  | {
      readonly kind: 'step';
      readonly feeds: readonly Feed[];
      readonly scalars: Readonly<Record<string, number>>;
      readonly step: number;
    }
  | { readonly kind: 'predict'; readonly feeds: readonly Feed[] }
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly vectors: Readonly<Record<string, Float32Array>> }
  | { readonly kind: 'close' };

/** The graphs of a network and its state, as flat vectors by name. */
export interface Opening {
  readonly step?: Uint8Array;
  readonly evaluation: Uint8Array;
  readonly vectors: Readonly<Record<string, Float32Array>>;
  readonly randomInputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly seed: number;
  /** Threads within an operator; 0 leaves the choice to ONNX Runtime. */
  readonly threads: number;
}

/** One tensor that goes into a graph. */
export interface Feed {
  readonly name: string;
  readonly type: 'float32' | 'int32' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

export type Reply =
  | { readonly kind: 'done' }
  | { readonly kind: 'loss'; readonly loss: number }
  | { readonly kind: 'predictions'; readonly predictions: Int32Array }
  | { readonly kind: 'vectors'; readonly vectors: Readonly<Record<string, Float32Array>> }
  | { readonly kind: 'error'; readonly error: PortableError };
