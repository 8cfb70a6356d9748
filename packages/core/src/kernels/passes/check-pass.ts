import { blockLength } from '../engines/engine.js';
import { type EngineName, engineOf, type MemoryId } from '../engines/engine-of.js';
import type { Pass } from './pass.js';

/** Logits to be checked. */
export interface CheckedLogits {
  readonly logits: Float32Array;
  readonly engine: EngineName;
  readonly memory: MemoryId | undefined;
}

/** Entries that are checked as one task. */
const checkedAtOnce = 64 * blockLength;

/** Looks for logits that are not finite. A task returns 1 if it finds one. */
export const finiteness: Pass<CheckedLogits> = {
  count: ({ logits }) => Math.ceil(logits.length / checkedAtOnce),
  run: (checked, task) => (areFinite(checked, task) ? 0 : 1),
};

function areFinite(checked: CheckedLogits, task: number): boolean {
  const { logits } = checked;
  const engine = engineOf(checked);
  const end = Math.min(logits.length, (task + 1) * checkedAtOnce);
  for (let start = task * checkedAtOnce; start < end; start += blockLength) {
    let length = Math.min(blockLength, end - start);
    let block = logits.subarray(start, start + length);
    if (!engine.isInPlace || length % 4 !== 0) {
      const copy = engine.entriesAt(block.byteOffset);
      copy.set(block);
      for (; length % 4 !== 0; length++) copy[length] = 0;
      block = copy;
    }
    if (!engine.allAreFinite(block, length)) return false;
  }
  return true;
}
