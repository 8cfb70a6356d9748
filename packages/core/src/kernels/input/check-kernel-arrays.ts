import type { InputKind, Layout } from '../../losses/options.js';
import { binaryLabelShape, checkSeveralClasses, findClassAxis } from '../../losses/arranged-batch.js';

/** Places are held in 31 bits. */
const mostEntries = 2 ** 31 - 1;
/** Classes are held in 16 bits, one value of which means that a pixel is ignored. */
const mostClasses = 2 ** 16 - 1;

/** Values of any kind, if they are at hand, and the shape they are said to have. */
export interface Shaped {
  readonly data?: ArrayLike<number> | undefined;
  readonly shape: readonly number[];
}

/**
 * Checks types, shapes and lengths of scores, labels and mask.
 *
 * @throws TypeError when the scores are no Float32Array.
 * @throws RangeError when shapes do not fit each other or their data, or are empty or too large.
 */
export function checkShapes(
  input: Shaped,
  labels: Shaped,
  mask: Shaped | undefined,
  {
    hasClasses,
    areClasses,
    kind,
    layout,
  }: {
    readonly hasClasses: boolean;
    /** Whether labels are class ids: of the shape of the scores without their classes. */
    readonly areClasses: boolean;
    readonly kind: InputKind;
    readonly layout: Layout | undefined;
  },
): void {
  if (input.data !== undefined) checkFloat32(kind, input.data);
  const description = `${kind} of shape [${input.shape.join(', ')}]`;
  const rank = hasClasses ? 2 : 1;
  if (input.shape.length < rank) {
    throw new RangeError(`${description}; expected at least ${rank} dimension${rank === 1 ? '' : 's'}`);
  }
  if (input.shape.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new RangeError(`${description}; expected positive integers`);
  }
  const size = input.shape.reduce((product, length) => product * length, 1);
  if (size > mostEntries) {
    throw new RangeError(`${description} has ${size} entries; kernels count to ${mostEntries}`);
  }
  if (input.data !== undefined && size !== input.data.length) {
    throw new RangeError(`${description} has data of length ${input.data.length}; expected ${size}`);
  }
  let expected = binaryLabelShape(input.shape, labels.shape, layout);
  if (areClasses) {
    const classAxis = findClassAxis(input.shape, layout);
    checkSeveralClasses(input.shape[classAxis]!, classAxis, description);
    if (input.shape[classAxis]! > mostClasses) {
      throw new RangeError(
        `${description} has ${input.shape[classAxis]} classes; kernels take up to ${mostClasses}`,
      );
    }
    expected = input.shape.toSpliced(classAxis, 1);
  }
  checkPixels('labels', labels, expected, description);
  if (mask !== undefined) checkPixels('mask', mask, expected, description);
}

function checkPixels(
  name: string,
  { data, shape }: Shaped,
  expected: readonly number[],
  description: string,
): void {
  const text = `${name} of shape [${shape.join(', ')}]`;
  if (expected.length !== shape.length || expected.some((length, axis) => length !== shape[axis])) {
    throw new RangeError(`${text} for ${description}; expected shape [${expected.join(', ')}]`);
  }
  const pixels = expected.reduce((product, length) => product * length, 1);
  if (data !== undefined && data.length !== pixels) {
    throw new RangeError(`${text} has data of length ${data.length}; expected ${pixels}`);
  }
}

/**
 * Checks the buffer that the gradient is to be written to.
 *
 * @throws TypeError when it is no Float32Array.
 * @throws RangeError when it is not as long as the input, or shares memory with it.
 */
export function checkGradient(gradient: Float32Array, input: Float32Array): void {
  checkFloat32('gradient', gradient);
  if (gradient.length !== input.length) {
    throw new RangeError(
      `gradient has length ${gradient.length}; expected ${input.length}, that of the input`,
    );
  }
  const endsBefore = (a: Float32Array, b: Float32Array): boolean =>
    a.byteOffset + a.byteLength <= b.byteOffset;
  if (gradient.buffer === input.buffer && !endsBefore(gradient, input) && !endsBefore(input, gradient)) {
    throw new RangeError('gradient shares memory with the input; expected a buffer of its own');
  }
}

/**
 * Checks that other threads can see an array.
 *
 * @throws TypeError when they cannot.
 */
export function checkShared(name: string, { buffer }: Float32Array): void {
  // By name, since an array may come from another realm.
  if (Object.prototype.toString.call(buffer) !== '[object SharedArrayBuffer]') {
    throw new TypeError(`${name} is on an ArrayBuffer; a pool of threads needs a SharedArrayBuffer`);
  }
}

function checkFloat32(name: string, data: ArrayLike<number>): void {
  if (Object.prototype.toString.call(data) !== '[object Float32Array]') {
    const type = Object.prototype.toString.call(data).slice('[object '.length, -1);
    throw new TypeError(`${name} is of type ${type}; expected a Float32Array`);
  }
}
