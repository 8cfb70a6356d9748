import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import type { RunEvent } from './run-event.js';

/** The events of a run, one JSON object a line, added to as the run goes. */
export interface MetricsFile {
  /** Adds an event. The line is with the operating system when this returns, so a crash of the process keeps it. */
  append(event: RunEvent): void;
  close(): void;
}

/** Begins the file of a new run; throws the file system's EEXIST error where there is one already. */
export function createMetricsFile(file: string): MetricsFile {
  return metricsFile(openSync(file, 'wx'));
}

/**
 * Goes on with the file of a run resumed from its checkpoint: cuts off a torn last line and everything from the first
 * event of a step beyond the checkpoint's, then appends.
 *
 * @param step the checkpoint's step, 0 for a run that has made none.
 * @throws Error naming the file and the line that is no event.
 */
export function resumeMetricsFile(file: string, step: number): MetricsFile {
  const text = readFileSync(file, 'utf8');
  let end = 0;
  for (const { event, next } of wholeLines(file, text)) {
    if ('step' in event && event.step > step) break;
    end = next;
  }
  // Opened for appending, so that writes go to the new end of the file.
  const descriptor = openSync(file, 'a');
  ftruncateSync(descriptor, Buffer.byteLength(text.slice(0, end)));
  return metricsFile(descriptor);
}

/**
 * Reads the events of a run, finished or not. A last line without its line feed was torn by a crash and is left out.
 *
 * @throws Error naming the file and the line that is no event.
 * @example
 * const evaluations = eventsOfKind(readMetricsFile('run/metrics.jsonl'), 'evaluation');
 */
export function readMetricsFile(file: string): RunEvent[] {
  return wholeLines(file, readFileSync(file, 'utf8')).map((line) => line.event);
}

function metricsFile(descriptor: number): MetricsFile {
  return {
    append: (event) => appendFileSync(descriptor, `${JSON.stringify(event)}\n`),
    close: () => closeSync(descriptor),
  };
}

/** The events of the lines that end in a line feed, each with the offset of the line after it. */
function wholeLines(file: string, text: string): { event: RunEvent; next: number }[] {
  const lines: { event: RunEvent; next: number }[] = [];
  for (let start = 0, end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
    const event = parseEvent(text.slice(start, end));
    if (event === undefined) throw new Error(`${file}, line ${lines.length + 1}: not an event of a run`);
    lines.push({ event, next: end + 1 });
  }
  return lines;
}

const kinds: ReadonlySet<unknown> = new Set<RunEvent['event']>([
  'start',
  'warning',
  'step',
  'evaluation',
  'checkpoint',
  'end',
  'interrupted',
]);

/** Trusts the members of an event: the file is written by this program alone. What cannot be one is told apart. */
function parseEvent(line: string): RunEvent | undefined {
  try {
    const event: RunEvent | null = JSON.parse(line);
    return kinds.has(event?.event) ? (event as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
