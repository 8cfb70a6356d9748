/**
 * How scores become errors, and the derivative back.
 *
 * - `softmax`: logits of classes that compete, errors |y − f| of their softmax f.
 * - `probabilities`: f as it is given.
 * - `sigmoid`: logits of binary labels, errors |y − σ(F)|.
 * - `relu`, `elu`: logits of binary labels, errors of the margin 1 ∓ F.
 * - `errors`: the errors themselves, of which the weights are wanted.
 */
export type ErrorKind = 'softmax' | 'probabilities' | 'sigmoid' | 'relu' | 'elu' | 'errors';

/** What a set of shaders is written for. Whatever else differs between calls is in the uniforms. */
export interface ShaderOptions {
  readonly kind: ErrorKind;
  /** Whether labels are class ids, one for all classes of a pixel. */
  readonly isMulticlass: boolean;
  readonly labelType: 'i32' | 'f32';
  readonly maskType: 'i32' | 'f32' | undefined;
  /** Whether pixels are ranked one by one, not counted in bins. */
  readonly isRanked: boolean;
}

/** Threads of a workgroup. */
export const threads = 256;

/** Bits of a float32 error that do not tell bins apart, as in the kernels of `@lovasz/core`: a bin is 2⁻¹⁰ of its lower edge wide. */
const droppedBits = 13;
const bitsOfOne = 0x3f800000;

/** The number of bins of each problem: up to an error of 1, or up to any. */
export function binCount(kind: ErrorKind): number {
  return kind === 'softmax' || kind === 'probabilities' || kind === 'sigmoid'
    ? (bitsOfOne >>> droppedBits) + 1
    : 1 << (31 - droppedBits);
}

/** The uniforms, all 32-bit integers, in order. */
export const uniformNames = [
  'images',
  'classCount',
  'pixels',
  'imageStride',
  'classStride',
  'pixelStride',
  'groups',
  'bins',
  'ignored',
  'hasIgnored',
  'isPresent',
  'partialCount',
] as const;
export type Uniforms = Readonly<Record<(typeof uniformNames)[number], number>>;

/** What the passes bind, by name; each pass uses some of them. */
export type BufferName =
  | 'uniforms'
  | 'input'
  | 'labels'
  | 'mask'
  | 'scores'
  | 'table'
  | 'totals'
  | 'classFactors'
  | 'factors'
  | 'partials'
  | 'value';

/** The buffers that no pass writes to. */
export const readOnly: ReadonlySet<BufferName> = new Set(['input', 'labels', 'mask', 'classFactors']);

/** A compute shader and the buffers that it binds, in order. */
export interface Pass {
  readonly code: string;
  readonly buffers: readonly BufferName[];
}

/** Where the error and the weight of a pixel come from, and which pixels count. */
function pixelFunctions({ kind, isMulticlass, maskType, isRanked }: ShaderOptions): string {
  const holdsErrors = kind === 'relu' || kind === 'elu' || kind === 'errors';
  return `
fn placeOf(pixel: u32, id: u32) -> u32 {
  return pixel / u.pixels * u.imageStride + id * u.classStride + pixel % u.pixels * u.pixelStride;
}
fn labelPlace(pixel: u32, id: u32) -> u32 {
  return ${isMulticlass ? 'pixel' : 'placeOf(pixel, id)'};
}
fn isValid(pixel: u32, id: u32) -> bool {
  let place = labelPlace(pixel, id);
  if (u.hasIgnored == 1 && f32(labels[place]) == f32(i32(u.ignored))) { return false; }
  return ${maskType === undefined ? 'true' : 'mask[place] != 0'};
}
fn isForeground(pixel: u32, id: u32) -> bool {
  return f32(labels[labelPlace(pixel, id)]) == ${isMulticlass ? 'f32(id)' : '1'};
}
/** The binary problem of a pixel and class. */
fn problemOf(pixel: u32, id: u32) -> u32 {
  return select(0, pixel / u.pixels, u.groups > 1) * u.classCount + id;
}
fn errorOf(score: f32, foreground: bool) -> f32 {
  return ${holdsErrors ? 'score' : 'abs(select(0.0, 1.0, foreground) - score)'};
}
fn binOf(error: f32) -> u32 {
  return min(bitcast<u32>(error) >> ${droppedBits}u, u.bins - 1);
}
fn slotOf(pixel: u32, id: u32, error: f32, foreground: bool) -> u32 {
  return ${
    isRanked
      ? 'placeOf(pixel, id)'
      : '(problemOf(pixel, id) * u.bins + binOf(error)) * 2 + select(0u, 1u, foreground)'
  };
}
`;
}

/**
 * The weight of a pixel in a tie: the mean of those that its pixels have if foreground comes first, and if background does.
 * Above are the counts of larger errors, in the tie those of equal ones.
 */
const tieWeight = `
fn tieWeight(foreground: bool, total: f32, above: vec2f, tied: vec2f) -> f32 {
  let union0 = total + above.x;
  let union1 = union0 + tied.x;
  if (foreground) { return (1 / union0 + 1 / union1) / 2; }
  if (total == 0) { return select(0.0, 1 / tied.x, above.x == 0); }
  return (total - above.y + total - above.y - tied.y) / (2 * union0) / union1;
}
`;

const struct = `
struct Uniforms { ${uniformNames.map((name) => `${name}: u32`).join(', ')} }
`;
/** The number of a thread among all: workgroups lie in two dimensions where one would not hold them. */
const threadNumber = `
  let thread = (group.x + group.y * groups.x) * ${threads} + local;
`;
const builtins = `@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32`;

function declare(options: ShaderOptions, names: readonly BufferName[], atomicTable: boolean): string {
  const types: Readonly<Record<BufferName, string>> = {
    uniforms: 'Uniforms',
    input: 'array<f32>',
    labels: `array<${options.labelType}>`,
    mask: `array<${options.maskType ?? 'i32'}>`,
    scores: 'array<f32>',
    table: `array<${atomicTable ? 'atomic<u32>' : 'u32'}>`,
    totals: 'array<vec2u>',
    classFactors: 'array<f32>',
    factors: 'array<f32>',
    partials: 'array<f32>',
    value: 'array<f32>',
  };
  const lines = names.map((name, binding) => {
    const space = name === 'uniforms' ? 'uniform' : `storage, ${readOnly.has(name) ? 'read' : 'read_write'}`;
    return `@group(0) @binding(${binding}) var<${space}> ${name === 'uniforms' ? 'u' : name}: ${types[name]};`;
  });
  return struct + lines.join('\n');
}

/**
 * The passes of a Lovász loss.
 *
 * 1. `errors`, a thread per pixel: scores from the input, kept where the gradient will be, and errors counted in bins.
 * 2. `weigh`: counts become weights in their place. Counted: a workgroup per problem, from the highest bin down. Ranked: a
 *    thread per entry compares its error with all others of the problem.
 * 3. `weighClasses`, one workgroup: the factor of every problem in the mean.
 * 4. `differentiate`, a thread per pixel: the gradient in place of the scores, and a sum of the loss per workgroup.
 * 5. `add`, one workgroup: the loss.
 */
export function shaders(options: ShaderOptions): Readonly<Record<PassName, Pass>> {
  const masked: readonly BufferName[] = options.maskType === undefined ? [] : ['mask'];
  const pass = (buffers: readonly BufferName[], body: string, atomicTable = false): Pass => ({
    code: declare(options, buffers, atomicTable) + body,
    buffers,
  });
  const ofPixels: readonly BufferName[] = ['uniforms', 'labels', ...masked, 'scores', 'table'];
  const functions = pixelFunctions(options);
  const perPixel = (buffers: readonly BufferName[], body: string, atomicTable = false): Pass =>
    pass(buffers, functions + body, atomicTable);
  return {
    errors: errorsPass(options, perPixel, ofPixels),
    weigh: options.isRanked
      ? perPixel([...ofPixels, 'totals'], tieWeight + rankBody)
      : pass(['uniforms', 'table', 'totals'], tieWeight + scanBody),
    weighClasses: pass(['uniforms', 'totals', 'classFactors', 'factors'], classesBody),
    differentiate: perPixel([...ofPixels, 'factors', 'partials'], differentiateBody(options)),
    add: pass(['uniforms', 'partials', 'value'], addBody),
  };
}
export type PassName = 'errors' | 'weigh' | 'weighClasses' | 'differentiate' | 'add';

function errorsPass(
  { kind, isRanked }: ShaderOptions,
  perPixel: (buffers: readonly BufferName[], body: string, atomicTable: boolean) => Pass,
  ofPixels: readonly BufferName[],
): Pass {
  const prepare =
    kind === 'softmax'
      ? `
  var largest = input[placeOf(thread, 0)];
  for (var id = 1u; id < u.classCount; id++) { largest = max(largest, input[placeOf(thread, id)]); }
  var sum = 0.0;
  for (var id = 0u; id < u.classCount; id++) { sum += exp(input[placeOf(thread, id)] - largest); }`
      : '';
  const score = {
    softmax: 'exp(x - largest) / sum',
    probabilities: 'x',
    errors: 'x',
    // Without overflow.
    sigmoid: 'select(exp(-abs(x)), 1.0, x > 0) / (1 + exp(-abs(x)))',
    relu: 'max(margin, 0.0)',
    elu: 'select(exp(min(margin, 0.0)), margin + 1, margin > 0)',
  }[kind];
  const count = isRanked
    ? ''
    : 'if (isValid(thread, id)) { atomicAdd(&table[slotOf(thread, id, errorOf(score, foreground), foreground)], 1u); }';
  return perPixel(
    [...ofPixels, 'input'],
    `
@compute @workgroup_size(${threads}) fn main(${builtins}) {
  ${threadNumber}
  if (thread >= u.images * u.pixels) { return; }
  ${prepare}
  for (var id = 0u; id < u.classCount; id++) {
    let place = placeOf(thread, id);
    let foreground = isForeground(thread, id);
    let x = input[place];
    let margin = 1 - select(-x, x, foreground);
    let score = ${score};
    scores[place] = score;
    ${count}
  }
}
`,
    true,
  );
}

/** One workgroup for each problem; each thread has its share of the bins. x counts background, y foreground. */
const scanBody = `
var<workgroup> shares: array<vec2u, ${threads}>;
@compute @workgroup_size(${threads}) fn main(${builtins}) {
  let problem = group.x + group.y * groups.x;
  let isProblem = problem < u.groups * u.classCount;
  let share = (u.bins + ${threads - 1}) / ${threads};
  // Thread 0 has the highest bins.
  let end = u.bins - min(u.bins, local * share);
  let start = u.bins - min(u.bins, (local + 1) * share);
  let first = problem * u.bins * 2;
  var own = vec2u(0);
  if (isProblem) {
    for (var bin = start; bin < end; bin++) { own += vec2u(table[first + 2 * bin], table[first + 2 * bin + 1]); }
  }
  shares[local] = own;
  workgroupBarrier();
  for (var step = 1u; step < ${threads}; step *= 2) {
    var more = vec2u(0);
    if (local >= step) { more = shares[local - step]; }
    workgroupBarrier();
    shares[local] += more;
    workgroupBarrier();
  }
  if (!isProblem) { return; }
  let all = shares[${threads - 1}];
  if (local == 0) { totals[problem] = vec2u(all.y, all.x + all.y); }
  var above = shares[local] - own;
  for (var bin = end; bin > start; bin--) {
    let slot = first + 2 * (bin - 1);
    let tied = vec2u(table[slot], table[slot + 1]);
    if (tied.x + tied.y == 0) { continue; }
    let total = f32(all.y);
    if (tied.x > 0) { table[slot] = bitcast<u32>(tieWeight(false, total, vec2f(above), vec2f(tied))); }
    if (tied.y > 0) { table[slot + 1] = bitcast<u32>(tieWeight(true, total, vec2f(above), vec2f(tied))); }
    above += tied;
  }
}
`;

/** A thread for each entry. */
const rankBody = `
@compute @workgroup_size(${threads}) fn main(${builtins}) {
  ${threadNumber}
  if (thread >= u.images * u.pixels * u.classCount) { return; }
  let pixel = thread / u.classCount;
  let id = thread % u.classCount;
  let image = pixel / u.pixels;
  let first = select(0, image * u.pixels, u.groups > 1);
  let last = select(u.images * u.pixels, first + u.pixels, u.groups > 1);
  let foreground = isForeground(pixel, id);
  let error = errorOf(scores[placeOf(pixel, id)], foreground);
  var above = vec2u(0);
  var tied = vec2u(0);
  var all = vec2u(0);
  for (var other = first; other < last; other++) {
    if (!isValid(other, id)) { continue; }
    let isOther = isForeground(other, id);
    let theirs = errorOf(scores[placeOf(other, id)], isOther);
    let one = select(vec2u(1, 0), vec2u(0, 1), isOther);
    all += one;
    if (theirs > error) { above += one; }
    if (theirs == error) { tied += one; }
  }
  if (pixel == first) { totals[problemOf(pixel, id)] = vec2u(all.y, all.x + all.y); }
  let weight = select(0.0, tieWeight(foreground, f32(all.y), vec2f(above), vec2f(tied)), isValid(pixel, id));
  table[placeOf(pixel, id)] = bitcast<u32>(weight);
}
`;

/** Totals are foreground and valid pixels of each problem. */
const classesBody = `
var<workgroup> counting: array<u32, ${threads}>;
@compute @workgroup_size(${threads}) fn main(@builtin(local_invocation_index) local: u32) {
  counting[local] = 0;
  for (var group = local; group < u.groups; group += ${threads}) {
    var sum = 0.0;
    for (var id = 0u; id < u.classCount; id++) {
      let total = totals[group * u.classCount + id];
      let factor = select(0.0, classFactors[id], select(total.y, total.x, u.isPresent == 1) > 0);
      factors[group * u.classCount + id] = factor;
      sum += factor;
    }
    if (sum > 0) {
      counting[local]++;
      for (var id = 0u; id < u.classCount; id++) { factors[group * u.classCount + id] /= sum; }
    }
  }
  workgroupBarrier();
  var images = 0u;
  for (var other = 0u; other < ${threads}; other++) { images += counting[other]; }
  for (var group = local; group < u.groups; group += ${threads}) {
    for (var id = 0u; id < u.classCount; id++) { factors[group * u.classCount + id] /= f32(max(images, 1u)); }
  }
}
`;

function differentiateBody({ kind }: ShaderOptions): string {
  // dL/df, or dL/dF of binary scores, but for the softmax.
  const slope = {
    softmax: 'select(weight, -weight, foreground)',
    probabilities: 'select(weight, -weight, foreground)',
    sigmoid: 'select(weight, -weight, foreground) * score * (1 - score)',
    relu: 'select(0.0, select(weight, -weight, foreground), score > 0)',
    elu: 'select(weight, -weight, foreground) * min(score, 1.0)',
    errors: 'weight',
  }[kind];
  const entry = `
    let place = placeOf(pixel, id);
    let score = scores[place];
    let foreground = isForeground(pixel, id);
    let error = errorOf(score, foreground);
    var weight = 0.0;
    if (isValid(pixel, id)) {
      weight = bitcast<f32>(table[slotOf(pixel, id, error, foreground)])${
        kind === 'errors' ? '' : ' * factors[problemOf(pixel, id)]'
      };
    }
    let slope = ${slope};`;
  const own =
    kind === 'softmax'
      ? `
  var mean = 0.0;
  for (var id = 0u; id < u.classCount; id++) {${entry}
    loss += weight * error;
    mean += score * slope;
  }
  for (var id = 0u; id < u.classCount; id++) {${entry}
    scores[place] = score * (slope - mean);
  }`
      : `
  for (var id = 0u; id < u.classCount; id++) {${entry}
    loss += weight * error;
    scores[place] = slope;
  }`;
  return `
var<workgroup> losses: array<f32, ${threads}>;
fn differentiate(pixel: u32) -> f32 {
  var loss = 0.0;
  ${own}
  return loss;
}
@compute @workgroup_size(${threads}) fn main(${builtins}) {
  ${threadNumber}
  var loss = 0.0;
  if (thread < u.images * u.pixels) { loss = differentiate(thread); }
  losses[local] = loss;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0; half /= 2) {
    if (local < half) { losses[local] += losses[local + half]; }
    workgroupBarrier();
  }
  let number = group.x + group.y * groups.x;
  if (local == 0 && number < u.partialCount) { partials[number] = losses[0]; }
}
`;
}

const addBody = `
var<workgroup> sums: array<f32, ${threads}>;
@compute @workgroup_size(${threads}) fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var place = local; place < u.partialCount; place += ${threads}) { sum += partials[place]; }
  sums[local] = sum;
  workgroupBarrier();
  if (local > 0) { return; }
  for (var other = 1u; other < ${threads}; other++) { sum += sums[other]; }
  value[0] = sum;
}
`;
