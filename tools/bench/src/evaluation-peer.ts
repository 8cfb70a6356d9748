import { InvalidArgumentError } from 'commander';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

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
  const script = fileURLToPath(new URL('../python/evaluation_peer.py', import.meta.url));
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
  const { versions } = (await read()) as Pick<EvaluationPeer, 'versions'>;
  return {
    versions,
    measure: async (call) => {
      child.stdin.write(`${JSON.stringify({ call })}\n`);
      return (await read()) as { seconds: number; value: unknown };
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
