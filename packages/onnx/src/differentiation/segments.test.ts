import { liveNodes } from '../graph/live-nodes.js';
import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { cutIntoSegments } from './segments.js';

/** Wide, narrow, wide, narrow, …: each pair widens four rows to a thousand and sums them up. */
function hourglasses(pairs: number) {
  const graph = new GraphBuilder();
  let x = graph.input('x', 'float32', [4, 1]);
  for (let pair = 0; pair < pairs; pair++) {
    x = graph.sum(graph.exp(graph.add(graph.expand(x, [4, 1000]), pair + 1)), [1]);
  }
  return liveNodes([x]);
}

describe('cutIntoSegments', () => {
  test('cuts where little is handed on, in order, and leaves nothing out', () => {
    const nodes = hourglasses(6);
    const segments = cutIntoSegments(nodes, 3);
    expect(segments.flat()).toEqual(nodes);
    expect(segments.map((segment) => segment.length)).toEqual([8, 8, 8]);
    for (const segment of segments) expect(segment.at(-1)!.operator.name).toBe('ReduceSum');
  });

  test('auto makes as many as pay', () => {
    const segments = cutIntoSegments(hourglasses(6), 'auto');
    expect(segments).toHaveLength(6);
  });

  test('a pass can be too short for so many', () => {
    const nodes = hourglasses(1);
    const segments = cutIntoSegments(nodes, 50);
    expect(segments.flat()).toEqual(nodes);
    expect(segments.every((segment) => segment.length > 0)).toBe(true);
  });
});
