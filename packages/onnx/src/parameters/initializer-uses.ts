import type { FunctionProto, ModelProto, NodeProto } from 'onnx-buf';

/** An initializer as the operand of a node. */
export interface InitializerUse {
  readonly initializer: string;
  readonly domain: string;
  readonly operator: string;
  readonly position: number;
}

/**
 * What the initializers of a model are used for: by the nodes of the graph, of its branches and loops, and of the
 * model's own functions. Exporters write an Identity where two initializers were alike: it is a second name, no use.
 */
export function initializerUses(model: ModelProto): readonly InitializerUse[] {
  const graph = model.graph!;
  const names = new Map(graph.initializer.map(({ name }) => [name, name]));
  return usesOf(graph.node, names, {
    functions: new Map(model.functions.map((each) => [`${each.domain}:${each.name}`, each])),
    usesInside: new Map(),
  });
}

interface Search {
  readonly functions: ReadonlyMap<string, FunctionProto>;
  /** What each function does with its inputs, so that it is searched once. */
  readonly usesInside: Map<string, readonly InitializerUse[]>;
}

/** The uses by these nodes, where `names` says which initializer a name stands for. */
function usesOf(
  nodes: readonly NodeProto[],
  names: ReadonlyMap<string, string>,
  search: Search,
): readonly InitializerUse[] {
  const known = withSecondNames(nodes, names);
  return nodes.flatMap((node) => {
    const inside = usesInFunction(`${node.domain}:${node.opType}`, search);
    if (inside !== undefined) {
      return inside.flatMap(({ initializer: input, ...use }) => {
        const initializer = known.get(node.input[Number(input)] ?? '');
        return initializer === undefined ? [] : [{ initializer, ...use }];
      });
    }
    const direct = node.input.flatMap((name, position) => {
      const initializer = known.get(name);
      return initializer === undefined
        ? []
        : [{ initializer, domain: node.domain, operator: node.opType, position }];
    });
    const bodies = node.attribute.flatMap(({ g: body }) => {
      if (body === undefined) return [];
      const inner = new Map(known);
      // Names inside hide those outside.
      for (const { name } of [...body.input, ...body.initializer]) inner.delete(name);
      for (const each of body.node) for (const name of each.output) inner.delete(name);
      return usesOf(body.node, inner, search);
    });
    return node.opType === 'Identity' ? [] : [...direct, ...bodies];
  });
}

/** What a function of the model does with its inputs, named by their positions; `undefined` if there is no such one. */
function usesInFunction(key: string, search: Search): readonly InitializerUse[] | undefined {
  const called = search.functions.get(key);
  if (called === undefined) return undefined;
  const before = search.usesInside.get(key);
  if (before !== undefined) return before;
  // A function that calls itself is refused where it is inlined.
  search.usesInside.set(key, []);
  const inputs = new Map(called.input.map((name, position) => [name, String(position)]));
  const uses = new Map(
    usesOf(called.node, inputs, search).map((use) => [
      `${use.initializer}:${use.domain}:${use.operator}:${use.position}`,
      use,
    ]),
  );
  search.usesInside.set(key, [...uses.values()]);
  return [...uses.values()];
}

/** The names, and those that a chain of Identity nodes gives to the same. Nodes need not be in order. */
function withSecondNames(
  nodes: readonly NodeProto[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const known = new Map(names);
  const readers = new Map<string, string[]>();
  for (const { opType, input, output } of nodes) {
    if (opType !== 'Identity') continue;
    const others = readers.get(input[0]!) ?? [];
    readers.set(input[0]!, [...others, output[0]!]);
  }
  const waiting = [...known.keys()].filter((name) => readers.has(name));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const second of readers.get(name) ?? []) {
      if (known.has(second)) continue;
      known.set(second, known.get(name)!);
      waiting.push(second);
    }
  }
  return known;
}
