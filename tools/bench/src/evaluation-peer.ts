import { startPythonPeer } from './python-peer.js';

/** What the peer computes; see `python/evaluation_peer.py`. */
export type EvaluationCall = 'numpy' | 'torchmetrics' | 'boundary' | 'cityscapes';

/** Other libraries in a process of its own, which waits between calls. */
export interface EvaluationPeer {
  readonly versions: Readonly<Record<'numpy' | 'torchmetrics' | 'opencv', string>>;
  /** Computes it and returns its seconds, as measured there, and the value. */
  measure(call: EvaluationCall): Promise<{ readonly seconds: number; readonly value: unknown }>;
  close(): Promise<void>;
}

/**
 * Starts `python/evaluation_peer.py`.
 *
 * @param python the interpreter; numpy, torch, torchmetrics, opencv and cityscapesScripts must be installed for it.
 * @param settings the size of the frame and the files of its pixels.
 * @throws InvalidArgumentError when it cannot be started, or ends before it has answered.
 */
export async function startEvaluationPeer(python: string, settings: object): Promise<EvaluationPeer> {
  const peer = startPythonPeer(python, 'evaluation_peer.py', settings);
  const { versions } = (await peer.read()) as Pick<EvaluationPeer, 'versions'>;
  return {
    versions,
    measure: async (call) =>
      (await peer.read(JSON.stringify({ call }))) as { seconds: number; value: unknown },
    close: () => peer.close(),
  };
}
