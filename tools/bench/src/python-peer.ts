import { InvalidArgumentError } from 'commander';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A Python program in a process of its own, which waits between calls. */
export interface PythonPeer {
  /** Writes a line, if one is given, and reads the JSON of the line that follows. */
  read(line?: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts a program of the folder `python`. It is given the settings as its argument, in JSON.
 *
 * @param python the interpreter, as `--python` names it.
 * @returns the peer, whose `read` throws InvalidArgumentError when the program could not be started, or has ended.
 */
export function startPythonPeer(python: string, program: string, settings: object): PythonPeer {
  const script = fileURLToPath(new URL(`../python/${program}`, import.meta.url));
  const child = spawn(python, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    read: async (line) => {
      if (line !== undefined) child.stdin.write(`${line}\n`);
      const answer = await lines.next();
      if (answer.done !== true) return JSON.parse(answer.value);
      const code = await ended;
      throw new InvalidArgumentError(
        `--python ${python}: ${failure === '' ? `the peer ended with exit code ${code}` : failure}`,
      );
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
