import { Writable } from 'node:stream';
import type { OutputStream } from './reporter.js';

/** A stream that remembers what was printed. */
export function recordingStream(isTTY = false): { stream: OutputStream; printed: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 100 }), printed: () => chunks.join('') };
}
