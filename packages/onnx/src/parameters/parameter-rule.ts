import type { TensorProto } from 'onnx-buf';
import { describeDataTypeNumber } from '../graph/data-type.js';
import { describeComputed } from './computed-values.js';
import type { Origin } from './graph-signature.js';
import type { Role, TensorUse } from './tensor-uses.js';
import { sizeOf } from '../graph/tensor.js';

/** Why a tensor is not trained, and whether naming it in `trainable` can change that. */
export interface Exclusion {
  readonly reason: string;
  readonly final: boolean;
  /** True where nobody would take it for a parameter. */
  readonly isExpected?: boolean;
}

/** What the rule looks at. */
export interface Candidate {
  readonly tensor: TensorProto;
  /** Its name in the file: of one that was merged with others, theirs. */
  readonly written: string;
  readonly uses: readonly TensorUse[];
  /** What PyTorch's exporter writes down of it, where it does. */
  readonly origin: Origin | undefined;
  /** Whether it stands in a Constant node. */
  readonly isConstant: boolean;
  /** Whether PyTorch has written the file: its initializers then have the names of the module's entries, or generated ones. */
  readonly isPyTorch: boolean;
  /** Whether the network has layers, before which inputs are prepared. */
  readonly hasLayers: boolean;
  /** The entries; `undefined` where they cannot be read. */
  readonly values: () => Float64Array | undefined;
}

/** Roles that decide by themselves: layers and normalizations have parameters there. */
const decisive: ReadonlySet<Role> = new Set(['weight', 'recurrence', 'bias', 'scale', 'slope']);

/** Literals of a program: PyTorch's exporters name them so, and no parameter. */
const literal = /(^|[._/])_?(lifted_tensor|tensor_constant)_?\d*$/;

/** Names that exporters make up for what they have computed. */
const generated =
  /^onnx::\w+_\d+$|^val_\d+$|Constant(_\d+)?_output_0$|(^|[._/])_?(lifted_tensor|tensor_constant)_?\d*$/;

/** What PyTorch's exporter calls the results of operations that it has computed in advance. */
const computedResult =
  /^_?(unsafe_view|to_copy|add|arange|cat|clone|cos|div|exp|expand|full|full_like|index|linspace|log|masked_fill|mul|neg|ones|permute|pow|reciprocal|repeat|reshape|rsqrt|select|sin|slice|softmax|sqrt|squeeze|stack|sub|sum|t|tile|transpose|tril|triu|unsqueeze|view|where|zeros)(_\d+)?$/;

/** What programs call learned tensors that take part entry by entry. */
const learned =
  /(pos(ition(al)?)?_?emb|class_?token|cls_?token|mask_?token|dist_?token|reg(ister)?_?tokens?|quer(y|ies)|prompt|bias_?table|logit_?scale|temperature|(^|[._/])tau$|layer_?scale|gamma|lambda|(^|[._/])(weight|bias|scale|alpha|beta)(_\w+)?$)/i;

/** What they call tensors that are kept beside the parameters. */
const buffer =
  /(^|[._/])((pixel|image|img|input|channel)_?)?(mean|std|stdev|variance)$|inv_?freq|attn_?mask|attention_?mask|causal_?mask|(^|[._/])mask$|relative_(position_index|coords)|(^|[._/])(anchors?|grid|freqs?(_cis)?|sin|cos|(sin|cos)_cached)(_\d+)?$/i;

/**
 * Why a floating-point tensor is not trained; `undefined` for a parameter. `docs/reading-models.md` states the rule in
 * words.
 */
export function exclusionOf(candidate: Candidate): Exclusion | undefined {
  const { tensor, written, uses, isConstant, hasLayers } = candidate;
  const { name } = tensor;
  const isGenerated = isGeneratedName(written, candidate.origin);
  if (uses.length === 0) return { reason: 'no node computes with it', final: true };
  const roles = new Set(uses.map(({ role }) => role));
  if (roles.has('setting')) {
    const { operator } = uses.find(({ role }) => role === 'setting')!;
    return { reason: `says how ${operator} computes`, final: true, isExpected: true };
  }
  const isNamed = candidate.origin === 'parameter' || (learned.test(name) && !isGenerated);
  // An entry of the module that takes part entry by entry, whatever it is called, such as a gate.
  const isEntry = candidate.isPyTorch && !isConstant && !isGenerated && candidate.origin !== 'buffer';
  if (tensor.dims.length === 0 && ((!isNamed && !isEntry) || roles.has('step'))) {
    return { reason: 'is a single number', final: false, isExpected: true };
  }
  if (literal.test(written)) return { reason: 'is a literal of the program that was exported', final: false };
  if (candidate.origin === 'buffer') return { reason: 'is a buffer of the PyTorch module', final: false };
  if (isGenerated && isRepeated(candidate)) {
    return {
      reason: 'repeats one part along its first axis, as what was expanded before export',
      final: false,
    };
  }
  if ([...roles].some((role) => decisive.has(role)))
    return isGenerated ? fixedScale(candidate, roles) : undefined;
  if (roles.has('step')) return { reason: 'is the step of a quantization', final: false };
  const values = candidate.values();
  const shape = tensor.dims.map(Number);
  const computed = values === undefined ? undefined : describeComputed(values, shape);
  if (computed !== undefined && !(candidate.origin === 'parameter' && computed.isWhole)) {
    return { reason: computed.reason, final: false };
  }
  if (isNamed) return undefined;
  if (buffer.test(name))
    return { reason: 'its name is that of a constant kept beside parameters', final: false };
  const isPreparing = ({ role, beside }: TensorUse): boolean =>
    (role === 'factor' || role === 'term') && beside === 'input';
  if (hasLayers && uses.every(isPreparing)) {
    return { reason: 'prepares the input, before the first layer', final: false };
  }
  if (isConstant && isGenerated) {
    return { reason: 'is a literal of the program that was exported', final: false };
  }
  const longAxes = shape.filter((length) => length > 1).length;
  if (isGenerated && values !== undefined && longAxes !== 1 && new Set(values).size === 1) {
    return { reason: "repeats one number, under a name of the exporter's", final: false };
  }
  return undefined;
}

/** Whether an exporter has made up the name of an initializer. */
export function isGeneratedName(name: string, origin: Origin | undefined): boolean {
  return generated.test(name) || origin === 'computed' || computedResult.test(name);
}

/** Whether all parts along the first axis are alike, and not of one number only. */
function isRepeated({ tensor, values }: Candidate): boolean {
  const [count, ...rest] = tensor.dims.map(Number);
  const length = sizeOf(rest);
  if (count === undefined || count < 2 || length < 2) return false;
  const entries = values();
  return (
    entries !== undefined &&
    entries.every((value, place) => value === entries[place % length]) &&
    entries.some((value) => value !== entries[0])
  );
}

/** The ones and zeros that exporters write where an operator must have a scale and a bias and the network has none. */
function fixedScale({ uses, values }: Candidate, roles: ReadonlySet<Role>): Exclusion | undefined {
  const isNormalization = uses.every(({ operator }) => operator.endsWith('Normalization'));
  const single = roles.size === 1 ? [...roles][0] : undefined;
  if (!isNormalization || (single !== 'scale' && single !== 'bias')) return undefined;
  const neutral = single === 'scale' ? 1 : 0;
  return values()?.every((value) => value === neutral)
    ? {
        reason: `is all ${neutral === 1 ? 'ones' : 'zeros'}, written where the operator must have a ${single}`,
        final: false,
        isExpected: true,
      }
    : undefined;
}

/** Why a tensor of whole numbers, or of a type that is not trained, may be taken for a weight; `undefined` otherwise. */
export function quantizedWeight(
  { dataType, dims }: TensorProto,
  uses: readonly TensorUse[],
): string | undefined {
  const use = uses.find(({ role }) => role === 'quantized');
  if (dims.length === 0 || use === undefined) return undefined;
  return `holds ${describeDataTypeNumber(dataType)} for ${use.operator}, which cannot be trained: export the network before it is quantized`;
}
