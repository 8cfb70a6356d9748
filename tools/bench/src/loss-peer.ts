import { InvalidArgumentError } from 'commander';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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
  const script = fileURLToPath(new URL('../python/loss_peer.py', import.meta.url));
  const child = spawn(python, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done !== true) return JSON.parse(line.value);
    const code = await ended;
    throw new InvalidArgumentError(
      `--python ${python}: ${failure === '' ? `the peer ended with exit code ${code}` : failure}`,
    );
  };
  const { version, gradientErrors } = (await read()) as Pick<LossPeer, 'version' | 'gradientErrors'>;
  return {
    version,
    gradientErrors,
    measure: async (call) => {
      child.stdin.write(`${JSON.stringify(call)}\n`);
      return ((await read()) as { seconds: number }).seconds;
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
