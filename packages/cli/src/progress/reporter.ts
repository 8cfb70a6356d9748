import type { RunEvent } from '@lovasz/runs';

/** Shows the events of a run while it goes. */
export interface Reporter {
  /** Takes the next event; a `start` event comes first. */
  report(event: RunEvent): void;
  /** Ends the display, whether or not the run came to its end; what is printed afterwards starts on a line of its own. */
  close(): void;
}

/** Where a reporter prints: `process.stdout`, `process.stderr`. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean };
