import type { OutputStream } from '../progress/reporter.js';

/** What a command talks to. */
export interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Asks the command to stop in good order. */
  readonly signal: AbortSignal;
}

/** The exit code of a command that was asked to stop. */
export const interruptedExitCode = 130;
