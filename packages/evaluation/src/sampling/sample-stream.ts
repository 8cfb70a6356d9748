import type { Draw, Sampler, Shard } from './sampler.js';

/** Where a stream stands, as plain data. */
export interface SampleStreamJson {
  readonly sampler: string;
  /** Of the index that it draws from. */
  readonly index: string;
  readonly shard: Shard;
  readonly position: number;
  readonly memory: readonly number[];
  readonly exposure: Exposure;
}

/** What a stream has drawn. */
export interface Exposure {
  readonly draws: number;
  /** Of each class, the draws that were for it. */
  readonly drawnFor: readonly number[];
  /** Of each class, the draws whose image holds it. */
  readonly held: readonly number[];
}

/**
 * An endless stream of draws: an iterator that knows where it stands. Its state goes into a checkpoint, and a stream that is
 * made from it goes on with the same draws.
 *
 * @example
 * const stream = new SampleStream(equibatch(index, { seed: 1 }), { place: 0, count: 2 });
 * for (const { image, point } of stream) { … } // endless
 * const resumed = SampleStream.fromJSON(equibatch(index, { seed: 1 }), stream.toJSON());
 */
export class SampleStream implements IterableIterator<Draw> {
  readonly sampler: Sampler;
  readonly shard: Shard;
  #position = 0;
  #memory: number[];
  #drawnFor: number[];
  #held: number[];

  /** @param shard - default: the only one */
  constructor(sampler: Sampler, shard: Shard = { place: 0, count: 1 }) {
    const { place, count } = shard;
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(place) || place < 0 || place >= count) {
      throw new RangeError(`shard is ${place} of ${count}; expected 0 to count − 1`);
    }
    this.sampler = sampler;
    this.shard = { place, count };
    this.#memory = [...sampler.memory];
    this.#drawnFor = new Array<number>(sampler.index.numClasses).fill(0);
    this.#held = [...this.#drawnFor];
  }

  /** Draws so far. */
  get position(): number {
    return this.#position;
  }

  /** What was drawn so far, by class. */
  get exposure(): Exposure {
    return { draws: this.#position, drawnFor: [...this.#drawnFor], held: [...this.#held] };
  }

  /** The next draw; never the end. */
  draw(): Draw {
    const draw = this.sampler.draw(this.#position, this.shard, this.#memory);
    this.#position++;
    if (draw.classId !== undefined) this.#drawnFor[draw.classId]!++;
    const { counts } = this.sampler.index.images[draw.image]!;
    for (let id = 0; id < counts.length; id++) if (counts[id]! > 0) this.#held[id]!++;
    return draw;
  }

  next(): { done: false; value: Draw } {
    return { done: false, value: this.draw() };
  }

  [Symbol.iterator](): this {
    return this;
  }

  toJSON(): SampleStreamJson {
    return {
      sampler: this.sampler.name,
      index: this.sampler.index.fingerprint,
      shard: this.shard,
      position: this.#position,
      memory: [...this.#memory],
      exposure: this.exposure,
    };
  }

  /**
   * Goes on where another stream stood.
   *
   * @param sampler - made as it was then, from the same index
   * @throws RangeError when sampler or index are others.
   */
  static fromJSON(sampler: Sampler, json: SampleStreamJson): SampleStream {
    for (const [what, now, then] of [
      ['sampler', sampler.name, json.sampler],
      ['index', sampler.index.fingerprint, json.index],
      ['memory', sampler.memory.length, json.memory.length],
    ]) {
      if (now !== then) throw new RangeError(`the ${what} is ${now}; the state is of ${then}`);
    }
    const stream = new SampleStream(sampler, json.shard);
    stream.#position = json.position;
    stream.#memory = [...json.memory];
    stream.#drawnFor = [...json.exposure.drawnFor];
    stream.#held = [...json.exposure.held];
    return stream;
  }
}
