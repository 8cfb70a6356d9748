import type { Random } from './random.js';

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Ways in which a file is damaged without anybody knowing what is in it. */
const byteMutations: Readonly<Record<string, ByteMutation>> = {
  'flip bits': (bytes, random) => {
    const flipped = bytes.slice();
    for (let count = 1 + random.below(8); count > 0; count--) {
      flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
    }
    return flipped;
  },
  'set a byte': (bytes, random) => {
    const changed = bytes.slice();
    changed[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    return changed;
  },
  truncate: (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  insert: (bytes, random) => {
    const place = random.below(bytes.length + 1);
    const added = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
    return joined(bytes.subarray(0, place), added, bytes.subarray(place));
  },
  remove: (bytes, random) => {
    const place = random.below(bytes.length);
    return joined(bytes.subarray(0, place), bytes.subarray(place + 1 + random.below(64)));
  },
  splice: (bytes, random) => {
    const from = random.below(bytes.length);
    const chunk = bytes.subarray(from, from + 1 + random.below(512));
    const place = random.below(bytes.length + 1);
    const replaced = random.below(2) === 0 ? chunk.length : 0;
    return joined(bytes.subarray(0, place), chunk, bytes.subarray(place + replaced));
  },
};

/**
 * Damages a file at random. Half of the time only its first or last part, where the graph lies and not the weights, so
 * that what is damaged often has a meaning.
 *
 * @param spans ranges of bytes that say how the network computes: all but the weights.
 */
export function mutateBytes(
  bytes: Uint8Array,
  spans: readonly (readonly [start: number, end: number])[],
  random: Random,
): { readonly bytes: Uint8Array; readonly kind: string } {
  const kind = random.pick(Object.keys(byteMutations));
  const mutation = byteMutations[kind]!;
  if (spans.length === 0 || kind === 'truncate' || random.below(4) === 0) {
    return { bytes: mutation(bytes, random), kind };
  }
  const [start, end] = random.pick(spans);
  return {
    bytes: joined(bytes.subarray(0, start), mutation(bytes.slice(start, end), random), bytes.subarray(end)),
    kind,
  };
}
