import { InvalidArgumentError } from 'commander';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StepSettings } from './step-settings.js';

/** The same network in PyTorch eager, in a process of its own that waits between steps. */
export interface PythonPeer {
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
export async function startPythonPeer(python: string, settings: StepSettings): Promise<PythonPeer> {
  const script = fileURLToPath(new URL('../python/step_peer.py', import.meta.url));
  const child = spawn(python, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Record<string, unknown>> => {
    const line = await lines.next();
    if (line.done !== true) return JSON.parse(line.value) as Record<string, unknown>;
    const code = await ended;
    throw new InvalidArgumentError(
      `--python ${python}: ${failure === '' ? `the peer ended with exit code ${code}` : failure}`,
    );
  };
  const { version, parameters } = await read();
  return {
    version: version as string,
    parameters: parameters as number,
    step: async () => {
      child.stdin.write('step\n');
      return (await read())['seconds'] as number;
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
