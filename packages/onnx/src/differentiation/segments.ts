import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { bytesOf } from '../memory/plan-memory.js';

/** The most segments that are tried. */
const mostSegments = 64;

/**
 * Cuts a forward pass into segments of about equal size, each cut at a place nearby where little is handed on.
 *
 * @param nodes the forward pass, in topological order.
 * @param count how many segments, or `auto` for the number that promises the least: what the segments hand on to each
 *   other is kept from the forward pass, and the inside of one segment is there at a time.
 */
export function cutIntoSegments(
  nodes: readonly Node[],
  count: number | 'auto',
): readonly (readonly Node[])[] {
  const pass = new Pass(nodes);
  if (count !== 'auto') return pass.cut(count);
  let best = pass.cut(1);
  let least = Infinity;
  for (let tried = 1; tried <= Math.min(mostSegments, nodes.length); tried++) {
    const segments = pass.cut(tried);
    const held = pass.estimate(segments);
    if (held < least) [best, least] = [segments, held];
  }
  return best;
}

/** A forward pass with what is needed to choose cuts. */
class Pass {
  /** The bytes that the nodes up to each one write. */
  private readonly written: readonly number[];
  /** The bytes that lie across the cut after each node. */
  private readonly handedOn: readonly number[];

  constructor(private readonly nodes: readonly Node[]) {
    const lastReader = new Map<Value, number>();
    nodes.forEach((node, place) => {
      for (const input of node.inputs) if (input?.producer !== undefined) lastReader.set(input, place);
    });
    let total = 0;
    let across = 0;
    const expiring = nodes.map(() => 0);
    const written: number[] = [];
    const handedOn: number[] = [];
    nodes.forEach((node, place) => {
      for (const output of node.outputs) {
        const bytes = bytesOf(output);
        total += bytes;
        const last = lastReader.get(output) ?? place;
        if (last > place) {
          across += bytes;
          expiring[last]! += bytes;
        }
      }
      across -= expiring[place]!;
      written.push(total);
      handedOn.push(across);
    });
    this.written = written;
    this.handedOn = handedOn;
  }

  cut(count: number): readonly (readonly Node[])[] {
    const { nodes, written, handedOn } = this;
    const total = written.at(-1) ?? 0;
    const segments: Node[][] = [];
    let start = 0;
    for (let each = 1; each < count; each++) {
      // Within half a segment of the even cut, the place where least is handed on; of equals, the nearest.
      const [low, high] = [(each - 0.5) / count, (each + 0.5) / count].map((share) => share * total) as [
        number,
        number,
      ];
      const distance = (place: number): number => Math.abs(written[place]! - (each / count) * total);
      const isBetter = (place: number, other: number): boolean =>
        handedOn[place] === handedOn[other]
          ? distance(place) < distance(other)
          : handedOn[place]! < handedOn[other]!;
      let best: number | undefined;
      for (let place = start; place < nodes.length - 1; place++) {
        if (written[place]! < low) continue;
        if (written[place]! > high) break;
        if (best === undefined || isBetter(place, best)) best = place;
      }
      if (best === undefined) continue;
      segments.push(nodes.slice(start, best + 1));
      start = best + 1;
    }
    return [...segments, nodes.slice(start)];
  }

  /** The bytes that are kept from the forward pass, with the inside of the largest segment. */
  estimate(segments: readonly (readonly Node[])[]): number {
    const segmentOf = new Map(segments.flatMap((segment, place) => segment.map((node) => [node, place])));
    const kept = new Set<Value>();
    for (const [node, place] of segmentOf) {
      for (const input of node.inputs) {
        const producer = input?.producer;
        if (producer !== undefined && segmentOf.has(producer) && segmentOf.get(producer) !== place)
          kept.add(input!);
      }
    }
    const sum = (values: Iterable<Value>): number => {
      let bytes = 0;
      for (const value of values) bytes += bytesOf(value);
      return bytes;
    };
    const inside = segments.map((segment) =>
      sum(segment.flatMap(({ outputs }) => outputs).filter((each) => !kept.has(each))),
    );
    return sum(kept) + Math.max(...inside);
  }
}
