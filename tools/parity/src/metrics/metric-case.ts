import type { SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { sizeOf } from '@lovasz/onnx/parts';

/** A case of a folder of metrics, as `cases.json` has it. */
export interface MetricCase {
  readonly name: string;
  readonly source: {
    readonly definition?: string;
    readonly package?: string;
    readonly repository?: string;
    readonly function?: string;
    readonly options?: Readonly<Record<string, unknown>>;
  };
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  readonly options: Readonly<Record<string, unknown>> & {
    readonly numClasses?: number;
    readonly ignoreIndex?: number | null;
  };
  readonly expected: unknown;
  readonly tolerance: Tolerance;
  readonly exact?: unknown;
  readonly exactTolerance?: Tolerance;
}

/** |a − b| ≤ absolute + relative · |b|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** One image of an input. */
export interface Plane {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The inputs of a case. */
export interface CaseInputs {
  /** Whether the case has it. */
  has(part: string): boolean;
  /**
   * The images of an input: the first axis of a tensor, or a list of tensors.
   *
   * @throws RangeError when it is not there.
   */
  images(part: string): readonly Plane[];
}

/** Reads the inputs of a case from the tensors of its file. */
export function inputsOf(
  { inputs, options }: MetricCase,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
): CaseInputs {
  if (inputs['file'] === undefined) return givenInputs(options);
  const tensor = (name: string): Plane => {
    const found = tensors.get(name);
    if (found === undefined) throw new RangeError(`no tensor "${name}" in ${String(inputs['file'])}`);
    const { shape, data } = found;
    return {
      shape,
      data: data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, Number) : data,
    };
  };
  return {
    has: (part) => inputs[part] !== undefined,
    images: (part) => {
      const names = inputs[part];
      if (names === undefined) throw new RangeError(`the case has no input "${part}"`);
      if (typeof names !== 'string') return names.map(tensor);
      const { shape, data } = tensor(names);
      const [count = 1, ...inner] = shape;
      const size = sizeOf(inner);
      const values = Array.from(data);
      return Array.from({ length: count }, (_, image) => ({
        shape: inner,
        data: values.slice(image * size, (image + 1) * size),
      }));
    },
  };
}

/** Option `name` as a number. @throws RangeError when it is none. */
export function numberOption({ options }: Pick<MetricCase, 'options'>, name: string): number {
  const value = options[name];
  if (typeof value !== 'number')
    throw new RangeError(`option ${name} is ${JSON.stringify(value)}; expected a number`);
  return value;
}

/** Inputs that the options hold: pixels of one image as a list, or in words. */
function givenInputs(options: MetricCase['options']): CaseInputs {
  return {
    has: (part) => options[part] !== undefined,
    images: (part) => {
      const given = options[part];
      if (given === undefined) throw new RangeError(`the case has no input "${part}"`);
      const data = typeof given === 'string' ? inWords[given] : given;
      if (!Array.isArray(data) || !data.every((value) => typeof value === 'number')) {
        throw new RangeError(`option ${part} is ${JSON.stringify(given)}; expected a list of numbers`);
      }
      return [{ shape: [1, data.length], data }];
    },
  };
}

const inWords: Readonly<Record<string, readonly number[]>> = {
  'ten zeros': new Array<number>(10).fill(0),
  'ten ones': new Array<number>(10).fill(1),
};
