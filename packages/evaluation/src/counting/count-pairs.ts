import type { Pixels } from './counts.js';
import type { PixelCodes } from './pixel-codes.js';

/** Pixels per round: the codes of a round stay in the first cache, and 32 bits hold its counts. */
const round = 16_384;

/** Below this, clearing a table of all pairs of bytes takes longer than counting. */
const fewPixels = 131_072;

/** Two tables of all pairs of bytes, so that equal pixels that follow each other need not wait for each other. */
let pairsOfBytes: readonly [Uint32Array, Uint32Array] | undefined;

/**
 * Counts pairs of label and prediction.
 *
 * @returns (C + 2) × (C + 2) counts, rows = code of the label, columns = code of the prediction; see {@link PixelCodes}.
 */
export function countPairs(
  labels: Pixels,
  predictions: Pixels,
  labelCodes: PixelCodes,
  predictionCodes: PixelCodes,
): Float64Array {
  const width = labelCodes.numClasses + 2;
  const counts = new Float64Array(width * width);
  const { length } = labels;
  let from = 0;
  if (isBytes(labels) && isBytes(predictions) && length >= fewPixels) {
    const labelWords = words(labels);
    const predictionWords = words(predictions);
    if (labelWords !== undefined && predictionWords !== undefined) {
      countWords(labelWords, predictionWords, labelCodes.ofByte, predictionCodes.ofByte, width, counts);
      from = labelWords.length * 4;
    }
  }
  const rows = new Int32Array(Math.min(round, length - from));
  const columns = new Int32Array(rows.length);
  for (; from < length; from += round) {
    const size = Math.min(round, length - from);
    labelCodes.encode(labels, from, rows.subarray(0, size));
    predictionCodes.encode(predictions, from, columns.subarray(0, size));
    for (let i = 0; i < size; i++) counts[rows[i]! * width + columns[i]!]!++;
  }
  return counts;
}

function isBytes(pixels: Pixels): pixels is Uint8Array | Uint8ClampedArray {
  return pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray;
}

/** The same memory, four pixels at a time, where its start allows it. */
function words({ buffer, byteOffset, length }: Uint8Array | Uint8ClampedArray): Uint32Array | undefined {
  return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, length >>> 2) : undefined;
}

function countWords(
  labels: Uint32Array,
  predictions: Uint32Array,
  rowOf: Int32Array,
  columnOf: Int32Array,
  width: number,
  counts: Float64Array,
): void {
  pairsOfBytes ??= [new Uint32Array(65_536), new Uint32Array(65_536)];
  const [even, odd] = pairsOfBytes;
  // A round of 2^29 words cannot carry an entry beyond 2^32.
  for (let from = 0; from < labels.length; from += 2 ** 29) {
    const to = Math.min(labels.length, from + 2 ** 29);
    for (let i = from; i < to; i++) {
      const label = labels[i]!;
      const prediction = predictions[i]!;
      even[((label & 255) << 8) | (prediction & 255)]!++;
      odd[(label & 0xff00) | ((prediction >>> 8) & 255)]!++;
      even[((label >>> 8) & 0xff00) | ((prediction >>> 16) & 255)]!++;
      odd[((label >>> 16) & 0xff00) | (prediction >>> 24)]!++;
    }
    for (let pair = 0; pair < 65_536; pair++) {
      const count = even[pair]! + odd[pair]!;
      if (count === 0) continue;
      counts[rowOf[pair >>> 8]! * width + columnOf[pair & 255]!]! += count;
      even[pair] = 0;
      odd[pair] = 0;
    }
  }
}
