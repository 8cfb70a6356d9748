import type { GraphWriter } from '../graph/graph-writer.js';
import { isFloatingPoint } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value, ValueType } from '../graph/value.js';
import { broadcastShapes } from '../shapes/broadcast.js';
import type { Operator } from '../graph/operator.js';

/** [batch, time, heads · width] as [batch, heads, time, width]. */
export function splitHeads(graph: GraphWriter, x: Value, heads: number): Value {
  const [batch, time, width] = x.shape as [number, number, number];
  return graph.transpose(graph.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
}

/** The inverse of {@link splitHeads}. */
export function joinHeads(graph: GraphWriter, x: Value): Value {
  const [batch, heads, time, width] = x.shape as [number, number, number, number];
  return graph.reshape(graph.transpose(x, [0, 2, 1, 3]), [batch, time, heads * width]);
}

/** Each head of axis 1 `times` times, side by side. */
export function repeatHeads(graph: GraphWriter, x: Value, times: number): Value {
  if (times === 1) return x;
  const [batch, heads, ...rest] = x.shape as [number, number, ...number[]];
  const apart = graph.expand(graph.reshape(x, [batch, heads, 1, ...rest]), [batch, heads, times, ...rest]);
  return graph.reshape(apart, [batch, heads * times, ...rest]);
}

/** Batch, heads and lengths of an attention. */
interface Sizes {
  readonly batch: number;
  readonly queryHeads: number;
  readonly keyHeads: number;
  readonly queries: number;
  /** Keys given with this call, and those of before. */
  readonly keys: number;
  readonly past: number;
  readonly width: number;
  readonly valueWidth: number;
}

function sizesOf(node: Node): Sizes {
  const [q, k, v] = [node.input(0), node.input(1), node.input(2)];
  const shapes = [q, k, v].map((x) => `[${x.shape.join(', ')}]`).join(', ');
  const heads = (name: string): number => node.int(name);
  const past = node.inputs[4]?.shape[2] ?? 0;
  if (node.hasInput(4) !== node.hasInput(5)) throw node.error('past_key and past_value belong together');
  if (q.rank === 4 && k.rank === 4 && v.rank === 4) {
    const [batch, queryHeads, queries, width] = q.shape as [number, number, number, number];
    const [, keyHeads, keys] = k.shape as [number, number, number];
    if (
      queryHeads % keyHeads !== 0 ||
      k.shape[3] !== width ||
      v.shape[1] !== keyHeads ||
      v.shape[2] !== keys
    ) {
      throw node.error(`queries, keys and values ${shapes} do not fit`);
    }
    return { batch, queryHeads, keyHeads, queries, keys, past, width, valueWidth: v.shape[3]! };
  }
  const [batch, queries, hidden] = q.shape as [number, number, number];
  const [queryHeads, keyHeads] = q.rank === 3 ? [heads('q_num_heads'), heads('kv_num_heads')] : [1, 1];
  const [width, keyWidth, valueWidth] = [
    hidden / queryHeads,
    k.shape[2]! / keyHeads,
    v.shape[2]! / keyHeads,
  ] as [number, number, number];
  if (
    [q, k, v].some((x) => x.rank !== 3) ||
    queryHeads % keyHeads !== 0 ||
    width !== keyWidth ||
    k.shape[1] !== v.shape[1] ||
    ![width, valueWidth].every(Number.isInteger)
  ) {
    throw node.error(
      `queries, keys and values ${shapes} do not fit ${queryHeads} and ${keyHeads} heads, or have other ranks than 3 or 4`,
    );
  }
  return { batch, queryHeads, keyHeads, queries, keys: k.shape[1]!, past, width, valueWidth };
}

/**
 * Which keys each query may attend to, as truth values that broadcast to [batch, heads, queries, keys]; `undefined`
 * where all may. With p = i + offset the place of query i among the keys, these are keys j ≤ p of a causal attention
 * and p − left ≤ j ≤ p + right of a window, those that are no padding, and those that the mask lets through.
 */
function allowedKeys(graph: GraphWriter, node: Node, sizes: Sizes): Value | undefined {
  const { batch, queries, past } = sizes;
  const total = past + sizes.keys;
  const places = (length: number, shape: number[]): Value =>
    graph.constant(
      Array.from({ length }, (_, place) => place),
      shape,
      'int64',
    );
  const key = places(total, [1, 1, 1, total]);
  const filled = node.hasInput(6)
    ? graph.reshape(graph.cast(node.input(6), 'int64'), [batch, 1, 1, 1])
    : undefined;
  const offset = filled === undefined ? graph.constant(past, [], 'int64') : graph.subtract(filled, queries);
  const query = graph.add(places(queries, [1, 1, queries, 1]), offset);
  const atMost = (a: Value, b: Value): Value => graph.only('LessOrEqual', [a, b]);
  const conditions: Value[] = [];
  if (node.int('is_causal') === 1) conditions.push(atMost(key, query));
  const [left, right] = [node.int('left_window_size'), node.int('right_window_size')];
  if (left >= 0) conditions.push(atMost(graph.subtract(query, left), key));
  if (right >= 0) conditions.push(atMost(key, graph.add(query, right)));
  if (filled !== undefined) conditions.push(graph.less(key, filled));
  const mask = node.inputs[3];
  if (mask !== undefined) {
    // A mask that ends early hides the keys behind its end.
    const length = mask.shape.at(-1)!;
    if (length < total) conditions.push(graph.less(key, length));
    const missing = total - length;
    const padding = mask.shape.map((_, axis) => (axis === mask.rank - 1 ? missing : 0));
    const none = mask.shape.map(() => 0);
    conditions.push(
      isFloatingPoint(mask.dataType)
        ? graph.greater(graph.pad(mask, none, padding), -Infinity)
        : graph.cast(graph.pad(graph.cast(mask, 'float32'), none, padding), 'bool'),
    );
  }
  if (conditions.length === 0) return undefined;
  return conditions.reduce((a, b) => graph.only('And', [a, b]));
}

/** Far below any score, and yet a number: a row of such scores only has no NaN in its softmax. */
const lowest = -3e38;

function attend(graph: GraphWriter, node: Node): readonly Value[] {
  const sizes = sizesOf(node);
  const { queryHeads, keyHeads, width, past } = sizes;
  const flat = node.input(0).rank === 3;
  const [q, k, v] = [0, 1, 2].map((position) =>
    flat
      ? splitHeads(graph, node.input(position), position === 0 ? queryHeads : keyHeads)
      : node.input(position),
  ) as [Value, Value, Value];
  const keys = past === 0 && !node.hasInput(4) ? k : graph.concat([node.input(4), k], 2);
  const values = past === 0 && !node.hasInput(5) ? v : graph.concat([node.input(5), v], 2);
  const times = queryHeads / keyHeads;
  const scale = (node.optionalAttribute('scale') as number | undefined) ?? 1 / Math.sqrt(width);
  const products = graph.matmul(
    graph.multiply(q, scale),
    graph.transpose(repeatHeads(graph, keys, times), [0, 1, 3, 2]),
  );
  const cap = node.float('softcap');
  const capped =
    cap === 0 ? products : graph.multiply(graph.only('Tanh', [graph.divide(products, cap)]), cap);

  const mask = node.inputs[3];
  let biased = capped;
  if (mask !== undefined && isFloatingPoint(mask.dataType)) {
    const missing = past + sizes.keys - mask.shape.at(-1)!;
    biased = graph.add(
      capped,
      graph.pad(
        mask,
        mask.shape.map(() => 0),
        mask.shape.map((_, axis) => (axis === mask.rank - 1 ? missing : 0)),
      ),
    );
  }
  const allowed = allowedKeys(graph, node, sizes);
  const visible = allowed === undefined ? biased : graph.where(allowed, biased, lowest);
  let probabilities = graph.only('Softmax', [visible], { axis: -1 });
  // A query without any key attends to nothing.
  if (allowed !== undefined) probabilities = graph.where(allowed, probabilities, 0);
  const y = graph.matmul(probabilities, repeatHeads(graph, values, times));
  const shown = [
    products,
    capped,
    allowed === undefined ? biased : graph.where(allowed, biased, -Infinity),
    probabilities,
  ][node.int('qk_matmul_output_mode')];
  if (shown === undefined) {
    throw node.error(`qk_matmul_output_mode is ${node.int('qk_matmul_output_mode')}, expected 0 to 3`);
  }
  return [flat ? joinHeads(graph, y) : y, keys, values, shown];
}

/** Pairs of entries of each head turned by the angle of their place. */
function rotate(graph: GraphWriter, node: Node): Value {
  const x = node.input(0);
  const apart = x.rank === 4 ? x : splitHeads(graph, x, node.int('num_heads'));
  const [batch, heads, time, width] = apart.shape as [number, number, number, number];
  const turned = node.int('rotary_embedding_dim') === 0 ? width : node.int('rotary_embedding_dim');
  const half = turned / 2;
  const angles = (position: number): Value => {
    const cache = node.input(position);
    const chosen = node.hasInput(3) ? graph.only('Gather', [cache, node.input(3)], { axis: 0 }) : cache;
    if (chosen.shape.at(-1) !== half) {
      throw node.error(`input ${position} has ${chosen.shape.at(-1)} columns, expected ${half}`);
    }
    return graph.reshape(chosen, [batch, 1, time, half]);
  };
  const [cosine, sine] = [angles(1), angles(2)];
  const [moving, still] = graph.split(apart, turned === width ? [width] : [turned, width - turned], 3);
  const interleaved = node.int('interleaved') === 1;
  const pairs = interleaved
    ? graph
        .split(graph.reshape(moving!, [batch, heads, time, half, 2]), [1, 1], 4)
        .map((part) => graph.reshape(part, [batch, heads, time, half]))
    : graph.split(moving!, [half, half], 3);
  const [a, b] = pairs as [Value, Value];
  const real = graph.subtract(graph.multiply(cosine, a), graph.multiply(sine, b));
  const imaginary = graph.add(graph.multiply(sine, a), graph.multiply(cosine, b));
  const joined = interleaved
    ? graph.reshape(
        graph.concat(
          [real, imaginary].map((part) => graph.reshape(part, [batch, heads, time, half, 1])),
          4,
        ),
        [batch, heads, time, turned],
      )
    : graph.concat([real, imaginary], 3);
  const whole = still === undefined ? joined : graph.concat([joined, still], 3);
  return x.rank === 4 ? whole : joinHeads(graph, whole);
}

export const attentionOperators: readonly Operator[] = [
  {
    // softmax(Q·Kᵀ·scale + mask)·V for each head.
    name: 'Attention',
    inputs: [3, 7],
    attributes: {
      is_causal: ['int', 0],
      kv_num_heads: ['int'],
      left_window_size: ['int', -1],
      q_num_heads: ['int'],
      qk_matmul_output_mode: ['int', 0],
      right_window_size: ['int', -1],
      scale: ['float'],
      softcap: ['float', 0],
      // All is computed in the type of the inputs, which is no smaller than float32.
      softmax_precision: ['int'],
    },
    infer: (node): readonly ValueType[] => {
      const sizes = sizesOf(node);
      const { batch, queryHeads, keyHeads, queries, width, valueWidth } = sizes;
      const { dataType, rank } = node.input(0);
      const total = sizes.past + sizes.keys;
      const scores = [batch, queryHeads, queries, total];
      const mask = node.inputs[3];
      if (mask !== undefined) {
        const padded = [...mask.shape.slice(0, -1), Math.max(mask.shape.at(-1)!, total)];
        if (broadcastShapes(padded, scores)?.join() !== scores.join()) {
          throw node.error(`mask [${mask.shape.join(', ')}] does not fit scores [${scores.join(', ')}]`);
        }
      }
      return [
        rank === 3 ? [batch, queries, queryHeads * valueWidth] : [batch, queryHeads, queries, valueWidth],
        [batch, keyHeads, total, width],
        [batch, keyHeads, total, valueWidth],
        scores,
      ].map((shape) => ({ dataType, shape }));
    },
    rewrite: attend,
  },
  {
    name: 'RotaryEmbedding',
    inputs: [3, 4],
    attributes: { interleaved: ['int', 0], num_heads: ['int'], rotary_embedding_dim: ['int', 0] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => [rotate(graph, node)],
  },
  {
    // New entries written into a cache along an axis, from a place on that each batch has for itself.
    name: 'TensorScatter',
    inputs: [2, 3],
    attributes: { axis: ['int', -2], mode: ['string', 'linear'] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => {
      const [cache, update] = [node.input(0), node.input(1)];
      const axis = node.int('axis') < 0 ? node.int('axis') + cache.rank : node.int('axis');
      const along = (x: Value, own: number): Value =>
        graph.reshape(
          x,
          cache.shape.map((_, each) => (each === own ? sizeOf(x.shape) : 1)),
        );
      const steps = graph.integers(Array.from({ length: update.shape[axis]! }, (_, step) => step));
      let places = along(steps, axis);
      if (node.hasInput(2)) places = graph.add(places, along(graph.cast(node.input(2), 'int64'), 0));
      if (node.text('mode') === 'circular') {
        places = graph.only('Mod', [places, graph.constant(cache.shape[axis]!, [], 'int64')]);
      }
      return [graph.only('ScatterElements', [cache, graph.expand(places, update.shape), update], { axis })];
    },
  },
];
