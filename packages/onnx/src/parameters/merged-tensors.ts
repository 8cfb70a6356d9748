import type { ModelProto, NodeProto } from 'onnx-buf';
import { copyMessage } from '../model/copy-message.js';
import { exporterNotes } from '../model/exporter-notes.js';
import { renamed } from '../model/external-data.js';
import type { TensorUse } from './tensor-uses.js';

/** One of the tensors that one initializer stands for. */
export interface Part {
  readonly name: string;
  readonly uses: readonly TensorUse[];
}

/** An initializer that several parts of a network read, each of which may have had its own. */
export interface Merged {
  readonly tensor: string;
  /** Those that are not `tensor` itself, which keeps the uses that are listed nowhere. */
  readonly parts: readonly Part[];
  /** The uses that keep the name. */
  readonly kept: readonly TensorUse[];
}

/** The name of an exporter's own making, which says nothing of what the tensor was. */
const generated = /^onnx::\w+_\d+$|^val_\d+$/;

/** Running statistics change by themselves, so a statistic and a parameter are never one. */
const isStatistic = ({ role }: TensorUse): boolean => role === 'mean' || role === 'variance';

/**
 * Takes apart what one initializer is used for: by whom (the module that PyTorch's exporters name, the name that an
 * Identity gives it, or the node), and as what. Uses inside of branches, loops and functions stay with the initializer.
 *
 * @param taken the names that the model has.
 */
export function partsOf(
  tensor: string,
  uses: readonly TensorUse[],
  taken: ReadonlySet<string>,
): Merged | undefined {
  const owners = ownersOf(uses);
  const groups = new Map<string, TensorUse[]>();
  for (const use of uses) {
    const key = use.inside || isPlain(use) ? 'plain' : `${owners.get(use)}\n${use.role}`;
    groups.set(key, [...(groups.get(key) ?? []), use]);
  }
  if (groups.size < 2) return undefined;
  // The name stays with what is no parameter, with what reads it under it, or with the first.
  const all = [...groups.values()];
  const kept =
    groups.get('plain') ??
    all.find((group) => group.some(({ alias }) => alias === tensor) && !group.some(isStatistic)) ??
    all.find((group) => !group.some(isStatistic)) ??
    all[0]!;
  const names = new Set(taken);
  const parts = all
    .filter((group) => group !== kept)
    .map((group) => {
      const [{ alias, role }] = group as [TensorUse];
      const isOwn = alias !== tensor && uses.every((use) => use.alias !== alias || group.includes(use));
      const wished = `${owners.get(group[0]!)!.replace(/#.*$/s, '')}.${namesOfRoles[role] ?? role}`;
      const name = isOwn ? alias : free(wished, names);
      names.add(name);
      return { name, uses: group };
    });
  return { tensor, parts, kept };
}

const plainRoles: ReadonlySet<string> = new Set(['operand', 'setting', 'step']);

/** Whether a use is likely one of a constant: also the scale that exporters write for InstanceNormalization. */
const isPlain = ({ role, operator, tensor }: TensorUse): boolean =>
  plainRoles.has(role) || (operator === 'InstanceNormalization' && generated.test(tensor));

const namesOfRoles: Readonly<Partial<Record<string, string>>> = {
  scale: 'weight',
  slope: 'weight',
  table: 'weight',
  mean: 'running_mean',
  variance: 'running_var',
};

/** The parts of a tensor that are told apart whatever its entries are: a statistic is no parameter. */
export function conflictingParts({ parts, kept }: Merged): readonly Part[] {
  const keptIsStatistic = kept.some(isStatistic);
  return parts.filter(({ uses }) => uses.some(isStatistic) !== keptIsStatistic);
}

function free(wished: string, taken: ReadonlySet<string>): string {
  const name = wished.startsWith('.') ? wished.slice(1) : wished;
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}.${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Whose each use is. */
function ownersOf(uses: readonly TensorUse[]): ReadonlyMap<TensorUse, string> {
  const paths = uses.map((use) => pathOf(use.reader.node));
  const known = new Set(paths.map((path) => path?.module));
  const counts = new Map<string, number>();
  return new Map(
    uses.map((use, place) => {
      const path = paths[place];
      if (use.alias !== use.tensor && !generated.test(use.alias)) return [use, use.alias];
      if (path === undefined || path.module === '') {
        const { node } = use.reader;
        return [use, use.alias === use.tensor ? node.name || (node.output[0] ?? '') : use.alias];
      }
      // A module that is called again gets a number in TorchScript's names.
      const first = path.isNumbered ? path.module.replace(/_\d+$/, '') : path.module;
      const module = known.has(first) ? first : path.module;
      if (path.isLeaf) return [use, module];
      const key = `${path.module}\n${use.role}`;
      const ordinal = counts.get(key) ?? 0;
      counts.set(key, ordinal + 1);
      return [use, `${module}#${ordinal}`];
    }),
  );
}

interface ModulePath {
  readonly module: string;
  /** Whether it is a layer of PyTorch's own, which has one tensor of each role. */
  readonly isLeaf: boolean;
  readonly isNumbered: boolean;
}

/** The module that a node belongs to, as PyTorch's exporters write it down. */
function pathOf(node: NodeProto): ModulePath | undefined {
  const scopes = exporterNotes(node, 'name_scopes');
  if (scopes !== undefined) {
    const layer = exporterNotes(node, 'class_hierarchy')?.at(-2) ?? '';
    return { module: scopes.at(-2) ?? '', isLeaf: layer.startsWith('torch.nn.modules.'), isNumbered: false };
  }
  if (!node.name.startsWith('/')) return undefined;
  const parts = node.name.split('/').slice(1, -1);
  return { module: parts.join('/'), isLeaf: false, isNumbered: true };
}

/**
 * The model in which each of these parts is an initializer of its own, which starts as the one that it was merged with.
 * Where an Identity had the name, the initializer takes its place.
 */
export function separate(model: ModelProto, merged: readonly Merged[]): ModelProto {
  const graph = model.graph!;
  const added = new Map<string, string>();
  const inputs = new Map<NodeProto, Map<number, string>>();
  for (const { tensor, parts } of merged) {
    for (const { name, uses } of parts) {
      added.set(name, tensor);
      for (const { reader } of uses) {
        if (!inputs.has(reader.node)) inputs.set(reader.node, new Map());
        inputs.get(reader.node)!.set(reader.position, name);
      }
    }
  }
  if (added.size === 0) return model;
  const initializers = new Map(graph.initializer.map((each) => [each.name, each]));
  const node = graph.node
    .filter(({ opType, output }) => opType !== 'Identity' || !added.has(output[0]!))
    .map((each) => {
      const changes = inputs.get(each);
      if (changes === undefined) return each;
      return copyMessage(each, { input: each.input.map((name, place) => changes.get(place) ?? name) });
    });
  const initializer = [
    ...graph.initializer,
    ...[...added].map(([name, tensor]) => renamed(initializers.get(tensor)!, name)),
  ];
  const declared = new Map(graph.input.map((each) => [each.name, each]));
  const input = [...added].flatMap(([name, tensor]) => {
    const original = declared.get(tensor);
    return original === undefined ? [] : [copyMessage(original, { name })];
  });
  return copyMessage(model, {
    graph: copyMessage(graph, { node, initializer, input: [...graph.input, ...input] }),
  });
}
