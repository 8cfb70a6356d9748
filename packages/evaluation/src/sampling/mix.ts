import type { Sampler } from './sampler.js';

/**
 * Two samplers in turns: a share of the draws from the first, evenly spread, the rest from the second. What the first
 * guarantees holds for its own draws.
 *
 * @param share - of the first, 0 to 1
 * @throws RangeError when the share is not in [0, 1], or the samplers draw from different indices.
 * @example
 * new SampleStream(mix(equibatch(index), shuffle(index), 0.5)).draw();
 */
export function mix(first: Sampler, second: Sampler, share: number): Sampler {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share is ${share}; expected 0 to 1`);
  if (first.index !== second.index) throw new RangeError('the samplers draw from different indices');
  const size = first.memory.length;
  return {
    name: `${first.name} × ${share} + ${second.name}`,
    index: first.index,
    guarantee: `of the ${Math.round(100 * share)} % of the draws that are from ${first.name}: ${first.guarantee}`,
    absentClasses: first.absentClasses,
    epochLength: first.epochLength,
    memory: [...first.memory, ...second.memory],
    draw: (position, shard, memory) => {
      const before = Math.floor(position * share);
      const isFirst = Math.floor((position + 1) * share) > before;
      const [from, to] = isFirst ? [0, size] : [size, memory.length];
      const own = memory.slice(from, to);
      const draw = isFirst ? first.draw(before, shard, own) : second.draw(position - before, shard, own);
      memory.splice(from, to - from, ...own);
      return draw;
    },
  };
}
