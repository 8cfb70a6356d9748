import type { ModelProto, NodeProto } from 'onnx-buf';
import { copyMessage } from '../model/copy-message.js';
import type { InputRole } from '../graph/input-role.js';
import { traitsOf } from '../model/operator-traits.js';
import { initializerUses } from './initializer-uses.js';

/** What a tensor is to an operator that reads it. */
export type Role = InputRole | 'operand';

/** A tensor as it reaches an operator, by itself or in another form (reshaped, transposed, cast). */
export interface TensorUse {
  readonly tensor: string;
  readonly role: Role;
  /** The node that computes with it. */
  readonly node: NodeProto;
  readonly operator: string;
  /** The node that reads the tensor itself, and where: the first of those that change its form, or `node`. */
  readonly reader: { readonly node: NodeProto; readonly position: number };
  /** The name under which that node reads it: its own, or that of an Identity. */
  readonly alias: string;
  /** What else the node reads: nothing that is fed, the model's inputs before any layer, or what layers made of them. */
  readonly beside: Reach;
  /** Whether the use stands in a branch, a loop body or a function. */
  readonly inside: boolean;
  /** Whether it is read through a Cast. */
  readonly casted: boolean;
}

/** How far what is fed has come. */
type Reach = 'none' | 'input' | 'layers';

/** Roles whose operators make of an input what layers make: what lies before the first of them prepares the input. */
const layerRoles: ReadonlySet<Role> = new Set(['weight', 'recurrence', 'scale', 'table', 'slope']);

/** Nodes that keep entries per channel apart, between a normalization and the scale that an exporter writes after it. */
const between: ReadonlySet<string> = new Set(['Reshape', 'Identity', 'Transpose', 'Cast']);

/** What is known of a value. */
interface Fact {
  readonly reach: Reach;
  /** The tensor that it is a form of. */
  readonly form?: Pick<TensorUse, 'tensor' | 'alias' | 'casted'> & { readonly reader?: TensorUse['reader'] };
  /** Whether it is the result of a normalization, or that times a scale. */
  readonly normalized?: 'normalized' | 'scaled';
  /** Whether it is the result of a matrix product or a convolution. */
  readonly product?: boolean;
}

const reaches: readonly Reach[] = ['none', 'input', 'layers'];
const further = (a: Reach, b: Reach): Reach => (reaches.indexOf(a) > reaches.indexOf(b) ? a : b);

/** The uses of all initializers of a model, whatever their type. Nodes need not be in order. */
export function tensorUses(model: ModelProto): readonly TensorUse[] {
  const graph = model.graph!;
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const facts = new Map<string, Fact>();
  for (const { name } of graph.input) facts.set(name, { reach: 'input' });
  for (const { name } of graph.initializer) {
    facts.set(name, { reach: 'none', form: { tensor: name, alias: name, casted: false } });
  }
  const perChannel = new Set(
    graph.initializer
      .filter(({ dims }) => dims.filter((length) => length > 1n).length <= 1)
      .map(({ name }) => name),
  );
  const uses: TensorUse[] = [];
  const holders: NodeProto[] = [];
  for (const node of inOrder(graph.node, facts)) {
    const isOuter =
      node.attribute.some(({ g }) => g !== undefined) || functions.has(`${node.domain}:${node.opType}`);
    if (isOuter) holders.push(node);
    const found = node.input.map((name) => facts.get(name));
    let reach: Reach = isOuter ? 'layers' : 'none';
    for (const fact of found) reach = further(reach, fact?.reach ?? 'none');
    const first = found[0];
    let reduced: Fact = { reach: node.opType === 'Shape' || node.opType === 'Size' ? 'none' : reach };
    if (traitsOf(node).entries === 'kept' && first?.form !== undefined) {
      const { form } = first;
      const isAlias = node.opType === 'Identity';
      reduced = {
        reach: first.reach,
        form: {
          tensor: form.tensor,
          alias: isAlias && form.reader === undefined ? node.output[0]! : form.alias,
          casted: form.casted || node.opType === 'Cast' || node.opType === 'CastLike',
          ...(isAlias ? {} : { reader: form.reader ?? { node, position: 0 } }),
          ...(isAlias && form.reader !== undefined ? { reader: form.reader } : {}),
        },
      };
    } else if (!isOuter && node.opType !== 'Shape') {
      const own: TensorUse[] = found.flatMap((fact, position) => {
        if (fact?.form === undefined) return [];
        const others = found.filter((_, place) => place !== position);
        const beside = others.reduce<Reach>((all, other) => further(all, other?.reach ?? 'none'), 'none');
        const known = roleOf(node, position, others, perChannel.has(fact.form.tensor));
        // What weights multiply from the right is a table, when nothing is fed.
        const isTable = known === 'weight' && position === 0 && beside === 'none';
        const role = isTable ? 'operand' : known;
        const reader = fact.form.reader ?? { node, position };
        return [{ ...fact.form, reader, role, node, operator: node.opType, beside, inside: false }];
      });
      uses.push(...own);
      if (reach !== 'none' && own.some(({ role }) => layerRoles.has(role))) reduced = { reach: 'layers' };
      reduced = { ...reduced, ...resultOf(node.opType, own, first) };
    }
    for (const name of node.output) if (name !== '') facts.set(name, reduced);
  }
  return [...uses, ...usesInside(model, holders, facts)];
}

/** What branches, loops and functions do with tensors: known by operator and position alone. */
function usesInside(
  model: ModelProto,
  holders: readonly NodeProto[],
  facts: ReadonlyMap<string, Fact>,
): readonly TensorUse[] {
  if (holders.length === 0) return [];
  const graph = model.graph!;
  const reader = { node: holders[0]!, position: -1 };
  const common = { node: holders[0]!, reader, beside: 'layers', inside: true } as const;
  const aliases = graph.node.filter(({ opType }) => opType === 'Identity');
  const alone = copyMessage(model, { graph: copyMessage(graph, { node: [...aliases, ...holders] }) });
  const uses = initializerUses(alone).filter(({ operator }) => operator !== 'Shape' && operator !== 'Size');
  const reshaped = holders
    .flatMap(namesReadBy)
    .map((name) => facts.get(name)?.form)
    .filter((form) => form?.reader !== undefined);
  return [
    ...uses.map(({ initializer: tensor, domain, operator, position }) => ({
      ...common,
      tensor,
      alias: tensor,
      operator,
      role: roleOf({ domain, opType: operator }, position, [], true),
      casted: operator === 'Cast',
    })),
    ...reshaped.map((form) => ({ ...common, ...form!, reader, operator: 'If', role: 'operand' as const })),
  ];
}

/** The names that a node reads, and those that the graphs inside of it read from around them. */
function namesReadBy(node: NodeProto): readonly string[] {
  const inner = node.attribute.flatMap(({ g }) =>
    g === undefined ? [] : [...g.node.flatMap(namesReadBy), ...g.output.map(({ name }) => name)],
  );
  return [...node.input, ...inner];
}

function roleOf(
  node: Pick<NodeProto, 'domain' | 'opType'>,
  position: number,
  others: readonly (Fact | undefined)[],
  isPerChannel: boolean,
): Role {
  const role = traitsOf(node).roles?.[position] ?? 'operand';
  if (!isPerChannel) return role;
  // Exporters write what follows a normalization or a product by an operator of its own.
  if (role === 'factor' && others.some((other) => other?.normalized === 'normalized')) return 'scale';
  if (role === 'term' && others.some((other) => other?.normalized !== undefined || other?.product))
    return 'bias';
  return role;
}

/** What the roles of its operands make of a node's result. */
function resultOf(operator: string, own: readonly TensorUse[], first: Fact | undefined): Partial<Fact> {
  if (operator.endsWith('Normalization')) return { normalized: 'normalized' };
  if (own.some(({ role }) => role === 'scale')) return { normalized: 'scaled' };
  if (own.some(({ role }) => role === 'weight')) return { product: true };
  if (!between.has(operator) || first === undefined) return {};
  return {
    ...(first.normalized === undefined ? {} : { normalized: first.normalized }),
    ...(first.product === undefined ? {} : { product: first.product }),
  };
}

/** The nodes, each after those that it reads from where that is possible. */
function inOrder(nodes: readonly NodeProto[], known: ReadonlyMap<string, unknown>): readonly NodeProto[] {
  const made = new Set(nodes.flatMap(({ output }) => output));
  const done = new Set(known.keys());
  const order: NodeProto[] = [];
  let rest = nodes;
  while (rest.length > 0) {
    const later: NodeProto[] = [];
    for (const node of rest) {
      if (node.input.every((name) => done.has(name) || !made.has(name))) {
        order.push(node);
        for (const name of node.output) done.add(name);
      } else later.push(node);
    }
    // A cycle is refused where the model is read.
    if (later.length === rest.length) return [...order, ...later];
    rest = later;
  }
  return order;
}
