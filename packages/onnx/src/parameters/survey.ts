import type { ModelProto, TensorProto } from 'onnx-buf';
import { renamed } from '../model/external-data.js';
import { describeDataTypeNumber, isHalfPrecision } from '../graph/data-type.js';
import { graphSignature, type Origin } from './graph-signature.js';
import { constantOf, hoistConstants, isFloating } from './hoist-constants.js';
import { conflictingParts, partsOf, type Merged } from './merged-tensors.js';
import { exclusionOf, isGeneratedName, quantizedWeight, type Exclusion } from './parameter-rule.js';
import { numbersOfTensor } from './tensor-numbers.js';
import { tensorUses, type TensorUse } from './tensor-uses.js';

/** A tensor that a model holds, and what the rule says of it. */
export interface Surveyed {
  readonly tensor: TensorProto;
  readonly kind: 'parameter' | 'statistic' | 'untrained';
  /** Why it is not trained by default. */
  readonly exclusion?: Exclusion;
  /** The initializer that the file has in its place, which stands for others too. */
  readonly mergedWith?: string;
  /** Whether an exporter has computed it, or written it down for a literal: its name is not the author's. */
  readonly isGenerated: boolean;
  readonly uses: readonly TensorUse[];
}

/** Why the parts of one initializer are told apart, or may be. */
interface MergedTensor extends Merged {
  /** Parts that are told apart whatever is asked for: some are statistics, some are parameters. */
  readonly conflicting: ReadonlySet<string>;
  /** Whether all its entries are one number, so that tensors which only start alike may have been merged. */
  readonly isConstant: boolean;
}

/** How tensors that the file has as one are taken: names of initializers, each in one of the lists at most. */
export interface Sharing {
  /** Those that stay one though they may have been merged. */
  readonly tie: ReadonlySet<string>;
  /** Those that are taken apart though they seem to be one. */
  readonly untie: ReadonlySet<string>;
}

/** What a model holds that is trained, may be trained, or may be taken for a weight. */
export interface Survey {
  /** In the order of the file; parts after the initializer that they were merged with, constants last. */
  readonly tensors: readonly Surveyed[];
  /** The initializers that stand for several tensors, or may. */
  readonly merged: readonly MergedTensor[];
  /** The parts that were taken apart. */
  readonly separated: readonly string[];
}

/** What each initializer of the model with all its constants as initializers may stand for. */
export function mergedIn(model: ModelProto): {
  readonly hoisted: ModelProto;
  readonly uses: Uses;
  readonly merged: readonly Merged[];
} {
  const hoisted = hoistConstants(model, () => true);
  const graph = hoisted.graph!;
  const uses: Uses = new Map();
  for (const use of tensorUses(hoisted)) uses.set(use.tensor, [...(uses.get(use.tensor) ?? []), use]);
  const taken = new Set([
    ...graph.initializer.map(({ name }) => name),
    ...graph.input.map(({ name }) => name),
    ...graph.node.flatMap(({ output }) => output),
  ]);
  const merged = graph.initializer.flatMap(({ name, dataType }) => {
    const found = isFloating(dataType) ? partsOf(name, uses.get(name) ?? [], taken) : undefined;
    for (const part of found?.parts ?? []) taken.add(part.name);
    return found ?? [];
  });
  return { hoisted, uses, merged };
}

type Uses = Map<string, TensorUse[]>;

/** Looks at every tensor of a model that is of floating point or may be taken for a weight. */
export function surveyModel(
  model: ModelProto,
  sharing: Sharing = { tie: new Set(), untie: new Set() },
): Survey {
  const { hoisted, uses, merged } = mergedIn(model);
  const own = new Set(model.graph!.initializer.map(({ name }) => name));
  const origins = originsIn(model);
  const hasLayers = [...uses.values()].some((each) => each.some(({ role }) => role === 'weight'));
  const mergedByName = new Map(merged.map((each) => [each.tensor, each]));
  const separated: string[] = [];
  const seen: MergedTensor[] = [];
  const tensors = hoisted.graph!.initializer.flatMap((tensor): Surveyed[] => {
    const { name } = tensor;
    const all = uses.get(name) ?? [];
    if (!isFloating(tensor.dataType)) {
      const reason = quantizedWeight(tensor, all);
      const excluded = { kind: 'untrained', exclusion: { reason: reason!, final: true } } as const;
      return reason === undefined ? [] : [{ tensor, uses: all, isGenerated: false, ...excluded }];
    }
    let known: Float64Array | undefined | null = null;
    const values = (): Float64Array | undefined =>
      known === null ? (known = numbersOfTensor(tensor)) : known;
    const judge = (alone: TensorProto, some: readonly TensorUse[], mergedWith?: string): Surveyed => ({
      tensor: alone,
      uses: some,
      isGenerated: isGeneratedName(name, origins(name)),
      ...kindOf({
        tensor: alone,
        written: name,
        origin: origins(name),
        uses: some,
        isConstant: !own.has(name),
        isPyTorch: model.producerName === 'pytorch',
        hasLayers,
        values,
      }),
      ...(mergedWith === undefined ? {} : { mergedWith }),
    });
    const found = mergedByName.get(name);
    if (found === undefined) return [judge(tensor, all)];
    const entries = values();
    const isOneNumber = entries !== undefined && entries.every((value) => value === entries[0]);
    const conflicting = new Set(conflictingParts(found).map((part) => part.name));
    const separates = sharing.untie.has(name) || (isOneNumber && !sharing.tie.has(name));
    const apart = found.parts
      .filter((part) => separates || conflicting.has(part.name))
      .map((part) => ({ part, judged: judge(renamed(tensor, part.name), part.uses, name) }));
    const without = (some: typeof apart): Surveyed => {
      const gone = new Set(some.flatMap(({ part }) => part.uses));
      return judge(
        tensor,
        all.filter((use) => !gone.has(use)),
      );
    };
    // Constants stay together, unless what they are merged with changes.
    const changing = apart.filter(({ judged }) => judged.kind !== 'untrained');
    const together = without(changing);
    const parts = together.kind === 'untrained' ? changing : apart;
    const first = parts === changing ? together : without(apart);
    separated.push(...parts.map(({ part }) => part.name));
    if (first.kind !== 'untrained' || parts.length > 0) {
      seen.push({ ...found, conflicting, isConstant: isOneNumber });
    }
    return [first, ...parts.map(({ judged }) => judged)];
  });
  return { tensors: [...tensors, ...heldByFunctions(model)], merged: seen, separated };
}

/** What PyTorch's exporter says of initializers; nothing where it says nothing. */
function originsIn(model: ModelProto): (name: string) => Origin | undefined {
  const signature = graphSignature(model);
  return (name) => (signature === undefined ? undefined : (signature.get(name) ?? 'computed'));
}

type Candidate = Parameters<typeof exclusionOf>[0];

function kindOf(candidate: Candidate): Pick<Surveyed, 'kind' | 'exclusion'> {
  const { tensor, uses } = candidate;
  const excluded = (reason: string, final: boolean): Pick<Surveyed, 'kind' | 'exclusion'> => ({
    kind: 'untrained',
    exclusion: { reason, final },
  });
  if (isHalfPrecision(tensor.dataType) && uses.some(({ casted }) => !casted)) {
    const type = describeDataTypeNumber(tensor.dataType);
    return excluded(
      `is of ${type}, and the network computes in it: export the network in float32 (model.float() in PyTorch)`,
      true,
    );
  }
  const statistics = uses.filter(({ role }) => role === 'mean' || role === 'variance');
  if (statistics.length > 0) {
    return statistics.some(({ beside }) => beside !== 'none')
      ? { kind: 'statistic' }
      : excluded('belongs to a normalization of weights, which takes its own mean and variance', true);
  }
  const exclusion = exclusionOf(candidate);
  return exclusion === undefined ? { kind: 'parameter' } : { kind: 'untrained', exclusion };
}

/** Constants of the model's own functions, which every call shares. */
function heldByFunctions(model: ModelProto): Surveyed[] {
  return model.functions.flatMap((each) =>
    each.node.flatMap((node): Surveyed[] => {
      const tensor = constantOf(node);
      if (tensor === undefined || !isFloating(tensor.dataType) || tensor.dims.length === 0) return [];
      const reason = `is a constant inside of function ${each.name}: hand it to the function as an input`;
      return [
        {
          tensor: renamed(tensor, `${each.name}/${node.output[0]!}`),
          uses: [],
          isGenerated: false,
          kind: 'untrained',
          exclusion: { reason, final: true },
        },
      ];
    }),
  );
}
