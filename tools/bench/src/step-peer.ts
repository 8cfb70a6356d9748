import { startPythonPeer } from './python-peer.js';
import type { StepSettings } from './step-settings.js';

/** The same network in PyTorch eager, in a process of its own that waits between steps. */
export interface StepPeer {
  /** The version of torch. */
  readonly version: string;
  /** How many numbers are trained. */
  readonly parameters: number;
  /** Takes one step and returns its seconds, as measured there. */
  step(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts `python/step_peer.py`.
 *
 * @param python the interpreter; torch must be installed for it.
 * @throws InvalidArgumentError when it cannot be started, or ends before it is ready.
 */
export async function startStepPeer(python: string, settings: StepSettings): Promise<StepPeer> {
  const peer = startPythonPeer(python, 'step_peer.py', settings);
  const { version, parameters } = (await peer.read()) as Pick<StepPeer, 'version' | 'parameters'>;
  return {
    version,
    parameters,
    step: async () => ((await peer.read('step')) as { seconds: number }).seconds,
    close: () => peer.close(),
  };
}
