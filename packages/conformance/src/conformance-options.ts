/** What is true of an adapter, and what is not expected of it. */
export interface ConformanceOptions {
  /**
   * How the Lovász weights are computed. `exact`, the default: the order of the pixels by their error is found.
   * `histogram`: errors fall into bins, whose pixels are a tie. The suite keeps errors 1/100 apart where it judges single
   * pixels; elsewhere the gradient of a histogram is judged by its direction.
   */
  readonly method?: 'exact' | 'histogram' | undefined;
  /**
   * What equal errors weigh. `ordered`, the default of `exact`: they count in the order of the pixels. `shared`, the
   * default of `histogram`: equal errors of one label have equal weights.
   */
  readonly ties?: 'ordered' | 'shared' | undefined;
  /** How exact numbers are; the defaults fit float32. */
  readonly tolerance?:
    | {
        /** Greatest error of a loss, relative to the greater of 1 and its value. Default 1e-6. */
        readonly value?: number | undefined;
        /** Greatest error of an entry of a gradient, relative to its largest entry. Default 1e-5. */
        readonly gradient?: number | undefined;
        /** Greatest 1 − cosine of a gradient that is judged by its direction. Default 1e-4. */
        readonly direction?: number | undefined;
      }
    | undefined;
  /** The most pixels to compute with, at least 1000. Default 65,536, the size of the largest test. */
  readonly maxPixels?: number | undefined;
  /** Tests that are known to fail. Default: none. */
  readonly skips?: readonly Skip[] | undefined;
}

/** A test that is known to fail. It is run all the same, and fails once it would pass. */
export interface Skip {
  /** The name of the test, as in `conformanceTests`. */
  readonly test: string;
  /** Why it cannot pass; shown beside its name. */
  readonly reason: string;
}

/** {@link ConformanceOptions} with every default filled in. */
export interface CompleteOptions {
  readonly method: 'exact' | 'histogram';
  readonly ties: 'ordered' | 'shared';
  readonly tolerance: { readonly value: number; readonly gradient: number; readonly direction: number };
  readonly maxPixels: number;
}

/**
 * The options with their defaults filled in, for those who run single tests.
 *
 * @throws RangeError or TypeError for options out of range.
 * @example
 * await conformanceTests[0].run({ adapter, options: completeOptions({ ties: 'shared' }) });
 */
export function completeOptions(options: ConformanceOptions): CompleteOptions {
  const method = options.method ?? 'exact';
  const ties = options.ties ?? (method === 'exact' ? 'ordered' : 'shared');
  const tolerance = {
    value: options.tolerance?.value ?? 1e-6,
    gradient: options.tolerance?.gradient ?? 1e-5,
    direction: options.tolerance?.direction ?? 1e-4,
  };
  const maxPixels = options.maxPixels ?? 65_536;
  oneOf('method', method, ['exact', 'histogram']);
  oneOf('ties', ties, ['ordered', 'shared']);
  for (const [name, value] of Object.entries(tolerance)) {
    if (!(value >= 0)) throw new RangeError(`tolerance.${name} is ${value}; expected a number ≥ 0`);
  }
  if (!Number.isInteger(maxPixels) || maxPixels < 1000) {
    throw new RangeError(`maxPixels is ${maxPixels}; expected an integer ≥ 1000`);
  }
  return { method, ties, tolerance, maxPixels };
}

function oneOf(name: string, value: string, accepted: readonly string[]): void {
  if (!accepted.includes(value)) {
    throw new TypeError(
      `${name} is "${value}"; expected ${accepted.map((each) => `"${each}"`).join(' or ')}`,
    );
  }
}
