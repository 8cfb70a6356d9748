import type { Pixels } from './counts.js';
import type { PixelCodes } from './pixel-codes.js';

/** Pixels per round: the codes of a round stay in the first cache, and 32 bits hold its counts. */
const round = 16_384;

/** Below this, clearing a table of all pairs of bytes takes longer than counting. */
const fewPixels = 131_072;

/** Words (four pixels) of a piece that is counted in one way, and how many of them are looked at to choose it. */
const piece = 4096;
const looked = 128;

/** Tables of all pairs of bytes, one for each place in a word, so that equal pixels need not wait for each other. */
let pairsOfBytes: readonly Uint32Array[] | undefined;

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
  pairsOfBytes ??= Array.from({ length: 4 }, () => new Uint32Array(65_536));
  // Within 2^29 words no entry can get beyond 2^32.
  for (let from = 0; from < labels.length; from += 2 ** 29) {
    const to = Math.min(labels.length, from + 2 ** 29);
    for (let start = from; start < to; start += piece) {
      const end = Math.min(to, start + piece);
      // Regions of one class make long runs of the same word; noisy predictions do not.
      const count = repeats(labels, predictions, start, end) > looked / 2 ? countRuns : countEach;
      count(labels, predictions, start, end, pairsOfBytes);
    }
    // Known labels first: mostly there are no others, and their rows need not be looked at.
    let left = 4 * (to - from);
    for (const isKnown of [true, false]) {
      for (let label = 0; label < 256 && left > 0; label++) {
        if (rowOf[label]! < width - 1 !== isKnown) continue;
        left -= takeRow(pairsOfBytes, label, counts.subarray(rowOf[label]! * width), columnOf);
      }
    }
  }
}

/** Moves the counts of a label from the tables of bytes to its row; how many there were. */
function takeRow(
  tables: readonly Uint32Array[],
  label: number,
  row: Float64Array,
  columnOf: Int32Array,
): number {
  let taken = 0;
  for (const table of tables) {
    for (let prediction = 0; prediction < 256; prediction++) {
      const count = table[(label << 8) | prediction]!;
      if (count === 0) continue;
      row[columnOf[prediction]!]! += count;
      taken += count;
      table[(label << 8) | prediction] = 0;
    }
  }
  return taken;
}

/** How many of the first words of a piece are as the one before. */
function repeats(labels: Uint32Array, predictions: Uint32Array, start: number, end: number): number {
  let count = 0;
  for (let i = start + 1; i < Math.min(end, start + looked); i++) {
    if (labels[i] === labels[i - 1] && predictions[i] === predictions[i - 1]) count++;
  }
  return count;
}

function countRuns(
  labels: Uint32Array,
  predictions: Uint32Array,
  start: number,
  end: number,
  [first, second, third, fourth]: readonly Uint32Array[],
): void {
  for (let i = start; i < end;) {
    const label = labels[i]!;
    const prediction = predictions[i]!;
    let next = i + 1;
    // Four words at a time while nothing differs; then one by one to where something does.
    while (
      next + 4 <= end &&
      ((labels[next]! ^ label) |
        (predictions[next]! ^ prediction) |
        (labels[next + 1]! ^ label) |
        (predictions[next + 1]! ^ prediction) |
        (labels[next + 2]! ^ label) |
        (predictions[next + 2]! ^ prediction) |
        (labels[next + 3]! ^ label) |
        (predictions[next + 3]! ^ prediction)) ===
        0
    ) {
      next += 4;
    }
    while (next < end && labels[next] === label && predictions[next] === prediction) next++;
    const run = next - i;
    i = next;
    first![((label & 255) << 8) | (prediction & 255)]! += run;
    second![(label & 0xff00) | ((prediction >>> 8) & 255)]! += run;
    third![((label >>> 8) & 0xff00) | ((prediction >>> 16) & 255)]! += run;
    fourth![((label >>> 16) & 0xff00) | (prediction >>> 24)]! += run;
  }
}

function countEach(
  labels: Uint32Array,
  predictions: Uint32Array,
  start: number,
  end: number,
  [first, second]: readonly Uint32Array[],
): void {
  for (let i = start; i < end; i++) {
    const label = labels[i]!;
    const prediction = predictions[i]!;
    first![((label & 255) << 8) | (prediction & 255)]!++;
    second![(label & 0xff00) | ((prediction >>> 8) & 255)]!++;
    first![((label >>> 8) & 0xff00) | ((prediction >>> 16) & 255)]!++;
    second![((label >>> 16) & 0xff00) | (prediction >>> 24)]!++;
  }
}
