/**
 * Gaussian filtering in many dimensions in linear time (Adams, Baek, Davis 2010): points are spread to the corners of the
 * simplex of the permutohedral lattice around them, blurred along its d + 1 directions, and read back. It approximates
 * weights exp(−½ |f_i − f_j|²), up to a factor that is the same for all points.
 */
export class PermutohedralLattice {
  readonly #dimensions: number;
  readonly #points: number;
  /** Of each point, the d + 1 corners around it, and its weights there. */
  readonly #corners: Int32Array;
  readonly #weights: Float32Array;
  /** Of each direction and corner, the neighbours on both sides; 0 is nowhere, and corners count from 1. */
  readonly #neighbours: Int32Array;
  readonly #size: number;

  /** @param features - `dimensions` numbers for each point, in units of the standard deviation */
  constructor(features: Float32Array, dimensions: number) {
    const d = dimensions;
    const points = features.length / d;
    this.#dimensions = d;
    this.#points = points;
    this.#corners = new Int32Array(points * (d + 1));
    this.#weights = new Float32Array(points * (d + 1));
    const table = new CornerTable(d, points * (d + 1));
    // The blur has variance 2/3 (d + 1)² along each axis of the lattice.
    const scale = Float64Array.from(
      { length: d },
      (_, i) => (Math.sqrt(2 / 3) * (d + 1)) / Math.sqrt((i + 1) * (i + 2)),
    );
    const elevated = new Float64Array(d + 1);
    const origin = new Int32Array(d + 1);
    const rank = new Int32Array(d + 1);
    const barycentric = new Float64Array(d + 2);
    const key = new Int32Array(d);
    for (let point = 0; point < points; point++) {
      // Onto the plane in d + 1 dimensions whose coordinates sum to 0.
      let sum = 0;
      for (let i = d; i > 0; i--) {
        const feature = features[point * d + i - 1]! * scale[i - 1]!;
        elevated[i] = sum - i * feature;
        sum += feature;
      }
      elevated[0] = sum;
      // The nearest point all of whose coordinates are multiples of d + 1, and how far the coordinates are off.
      let excess = 0;
      for (let i = 0; i <= d; i++) {
        const multiple = Math.round(elevated[i]! / (d + 1));
        origin[i] = multiple * (d + 1);
        excess += multiple;
      }
      rank.fill(0);
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j <= d; j++) {
          if (elevated[i]! - origin[i]! < elevated[j]! - origin[j]!) rank[i]!++;
          else rank[j]!++;
        }
      }
      // Back onto the plane, by the coordinates that are off most.
      for (let i = 0; i <= d; i++) {
        rank[i]! += excess;
        if (rank[i]! < 0) {
          rank[i]! += d + 1;
          origin[i]! += d + 1;
        } else if (rank[i]! > d) {
          rank[i]! -= d + 1;
          origin[i]! -= d + 1;
        }
      }
      barycentric.fill(0);
      for (let i = 0; i <= d; i++) {
        const off = (elevated[i]! - origin[i]!) / (d + 1);
        barycentric[d - rank[i]!]! += off;
        barycentric[d - rank[i]! + 1]! -= off;
      }
      barycentric[0]! += 1 + barycentric[d + 1]!;
      for (let corner = 0; corner <= d; corner++) {
        for (let i = 0; i < d; i++) key[i] = origin[i]! + corner - (rank[i]! > d - corner ? d + 1 : 0);
        this.#corners[point * (d + 1) + corner] = table.insert(key);
        this.#weights[point * (d + 1) + corner] = barycentric[corner]!;
      }
    }
    this.#size = table.size;
    this.#neighbours = new Int32Array(2 * (d + 1) * (table.size + 1));
    for (let direction = 0; direction <= d; direction++) {
      for (let corner = 1; corner <= table.size; corner++) {
        for (const [side, step] of [-1, 1].entries()) {
          for (let i = 0; i < d; i++) key[i] = table.keyOf(corner, i) + step * (i === direction ? -d : 1);
          this.#neighbours[2 * (direction * (table.size + 1) + corner) + side] = table.find(key);
        }
      }
    }
  }

  /**
   * Filters `channels` numbers for each point.
   *
   * @param values - planar, channels × points
   */
  filter(values: ArrayLike<number>, channels: number): Float32Array {
    const corners = this.#dimensions + 1;
    const size = this.#size + 1;
    let lattice = new Float32Array(size * channels);
    for (let point = 0; point < this.#points; point++) {
      for (let corner = 0; corner < corners; corner++) {
        const at = this.#corners[point * corners + corner]! * channels;
        const weight = this.#weights[point * corners + corner]!;
        for (let channel = 0; channel < channels; channel++) {
          lattice[at + channel]! += weight * values[channel * this.#points + point]!;
        }
      }
    }
    let blurred = new Float32Array(size * channels);
    for (let direction = 0; direction < corners; direction++) {
      for (let corner = 1; corner < size; corner++) {
        const place = 2 * (direction * size + corner);
        const before = this.#neighbours[place]! * channels;
        const after = this.#neighbours[place + 1]! * channels;
        for (let channel = 0; channel < channels; channel++) {
          blurred[corner * channels + channel] =
            lattice[corner * channels + channel]! +
            0.5 * (lattice[before + channel]! + lattice[after + channel]!);
        }
      }
      [lattice, blurred] = [blurred, lattice];
    }
    const filtered = new Float32Array(channels * this.#points);
    for (let point = 0; point < this.#points; point++) {
      for (let corner = 0; corner < corners; corner++) {
        const at = this.#corners[point * corners + corner]! * channels;
        const weight = this.#weights[point * corners + corner]!;
        for (let channel = 0; channel < channels; channel++) {
          filtered[channel * this.#points + point]! += weight * lattice[at + channel]!;
        }
      }
    }
    return filtered;
  }
}

/** Lattice points by their coordinates, numbered from 1: open addressing, without a string per key. */
class CornerTable {
  readonly #dimensions: number;
  readonly #slots: Int32Array;
  readonly #keys: Int32Array;
  size = 0;

  constructor(dimensions: number, most: number) {
    this.#dimensions = dimensions;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#keys = new Int32Array((most + 1) * dimensions);
  }

  keyOf(number: number, axis: number): number {
    return this.#keys[number * this.#dimensions + axis]!;
  }

  /** The number of a point; 0 when it is not there. */
  find(key: Int32Array): number {
    return this.#slots[this.#slotOf(key)]!;
  }

  insert(key: Int32Array): number {
    const slot = this.#slotOf(key);
    if (this.#slots[slot] === 0) {
      this.#slots[slot] = ++this.size;
      this.#keys.set(key, this.size * this.#dimensions);
    }
    return this.#slots[slot]!;
  }

  /** Where the key is, or where it would be. */
  #slotOf(key: Int32Array): number {
    const mask = this.#slots.length - 1;
    let bits = 0;
    for (let axis = 0; axis < key.length; axis++)
      bits = Math.imul(bits ^ key[axis]!, 0x9e3779b1) ^ (bits >>> 15);
    for (let slot = (bits ^ (bits >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!;
      if (number === 0) return slot;
      let isSame = true;
      for (let axis = 0; isSame && axis < key.length; axis++) isSame = this.keyOf(number, axis) === key[axis];
      if (isSame) return slot;
    }
  }
}
