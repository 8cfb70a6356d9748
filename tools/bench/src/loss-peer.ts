import { startPythonPeer } from './python-peer.js';
import type { LossSettings } from './loss-work.js';

/** One loss and its gradient in PyTorch. */
interface PeerCall {
  readonly loss: 'lovasz-softmax' | 'cross-entropy';
  readonly threads: number;
  /** What is added to the logit of the label. */
  readonly boost: number;
}

/** PyTorch in a process of its own, which waits between calls. */
export interface LossPeer {
  /** The version of torch. */
  readonly version: string;
  /** The median relative error of the published weights at one million pixels, 30 % and 1 % of them foreground. */
  readonly gradientErrors: readonly [number, number];
  /** Computes value and gradient and returns its seconds, as measured there. */
  measure(call: PeerCall): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts `python/loss_peer.py`.
 *
 * @param python the interpreter; torch must be installed for it.
 * @throws InvalidArgumentError when it cannot be started, or ends before it has answered.
 */
export async function startLossPeer(python: string, settings: LossSettings): Promise<LossPeer> {
  const peer = startPythonPeer(python, 'loss_peer.py', settings);
  const { version, gradientErrors } = (await peer.read()) as Pick<LossPeer, 'version' | 'gradientErrors'>;
  return {
    version,
    gradientErrors,
    measure: async (call) => ((await peer.read(JSON.stringify(call))) as { seconds: number }).seconds,
    close: () => peer.close(),
  };
}
