import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { joinHeads, repeatHeads, splitHeads } from './attention.js';
import type { Operator } from '../graph/operator.js';

const rules = ['linear', 'gated', 'delta', 'gated_delta'];

/**
 * The recurrence S ← exp(g)·S + k ⊗ u and o = scale·Sᵀq, with u = v or, by the delta rule, β·(v − exp(g)·Sᵀk),
 * written step by step.
 */
function attendLinearly(graph: GraphWriter, node: Node): readonly Value[] {
  const [queryHeads, keyHeads] = [node.int('q_num_heads'), node.int('kv_num_heads')];
  const rule = node.text('update_rule');
  const q = splitHeads(graph, node.input(0), queryHeads);
  const k = splitHeads(graph, node.input(1), keyHeads);
  const v = splitHeads(graph, node.input(2), keyHeads);
  const [batch, , time, width] = q.shape as [number, number, number, number];
  const valueWidth = v.shape[3]!;
  const scale = node.float('scale') === 0 ? 1 / Math.sqrt(width) : node.float('scale');
  const perHead = (x: Value, heads: number): Value => splitHeads(graph, x, heads);
  const decay = rule.startsWith('gated') ? graph.exp(perHead(node.input(4), keyHeads)) : undefined;
  const beta = rule.endsWith('delta') ? perHead(node.input(5), node.input(5).shape[2]!) : undefined;
  /** Step t of [batch, heads, time, width], as a row or as a column. */
  const at = (x: Value, step: number, column: boolean): Value => {
    const [, heads, , own] = x.shape as [number, number, number, number];
    const part = graph.slice(x, { starts: [step], ends: [step + 1], axes: [2] });
    return column ? graph.reshape(part, [batch, heads, own, 1]) : part;
  };
  let state = node.inputs[3] ?? graph.fill(0, [batch, keyHeads, width, valueWidth], q.dataType);
  const outputs = Array.from({ length: time }, (_, step) => {
    // A decay per head has one row, one per key dimension has as many as the state.
    if (decay !== undefined) state = graph.multiply(state, at(decay, step, true));
    let update = at(v, step, false);
    if (beta !== undefined) {
      const recalled = graph.matmul(at(k, step, false), state);
      update = graph.multiply(at(beta, step, false), graph.subtract(update, recalled));
    }
    state = graph.add(state, graph.matmul(at(k, step, true), update));
    const read = repeatHeads(graph, state, queryHeads / keyHeads);
    return graph.multiply(graph.matmul(at(q, step, false), read), scale);
  });
  return [joinHeads(graph, graph.concat(outputs, 2)), state];
}

export const linearAttentionOperators: readonly Operator[] = [
  {
    name: 'LinearAttention',
    inputs: [3, 6],
    attributes: {
      // How kernels divide the work: the result is the same.
      chunk_size: ['int', 64],
      kv_num_heads: ['int'],
      q_num_heads: ['int'],
      scale: ['float', 0],
      update_rule: ['string', 'gated_delta'],
    },
    infer: (node) => {
      const [q, k, v] = [node.input(0), node.input(1), node.input(2)];
      const [queryHeads, keyHeads] = [node.int('q_num_heads'), node.int('kv_num_heads')];
      if (!rules.includes(node.text('update_rule'))) {
        throw node.error(`update_rule is '${node.text('update_rule')}', expected ${rules.join(', ')}`);
      }
      const width = (q.shape[2] ?? 0) / queryHeads;
      if (
        [q, k, v].some((x) => x.rank !== 3) ||
        k.shape[2] !== width * keyHeads ||
        queryHeads % keyHeads !== 0
      ) {
        throw node.error(
          `queries, keys and values ${[q, k, v].map((x) => `[${x.shape.join(', ')}]`).join(', ')} do not fit ${queryHeads} and ${keyHeads} heads`,
        );
      }
      const [batch, time] = q.shape as [number, number];
      const valueWidth = v.shape[2]! / keyHeads;
      return [
        { dataType: q.dataType, shape: [batch, time, queryHeads * valueWidth] },
        { dataType: q.dataType, shape: [batch, keyHeads, width, valueWidth] },
      ];
    },
    rewrite: attendLinearly,
  },
  {
    // A depthwise convolution that looks back only; the state holds the last entries of the call before.
    name: 'CausalConvWithState',
    inputs: [2, 4],
    attributes: { activation: ['string', 'none'] },
    infer: (node) => {
      const [x, weight] = [node.input(0), node.input(1)];
      if (x.rank !== 3 || weight.rank !== 3 || weight.shape[0] !== x.shape[1] || weight.shape[1] !== 1) {
        throw node.error(`input [${x.shape.join(', ')}] and weight [${weight.shape.join(', ')}] do not fit`);
      }
      return [x.type, { dataType: x.dataType, shape: [x.shape[0]!, x.shape[1]!, weight.shape[2]! - 1] }];
    },
    rewrite: (graph, node) => {
      const [x, weight] = [node.input(0), node.input(1)];
      const [batch, channels, time] = x.shape as [number, number, number];
      const before = weight.shape[2]! - 1;
      const state = node.inputs[3] ?? graph.fill(0, [batch, channels, before], x.dataType);
      const whole = before === 0 ? x : graph.concat([state, x], 2);
      const y = graph.conv(whole, weight, node.inputs[2], { group: channels, kernel_shape: [before + 1] });
      const activation = node.text('activation');
      if (!['none', 'silu', 'swish'].includes(activation)) {
        throw node.error(`activation is '${activation}', expected none, silu or swish`);
      }
      return [
        activation === 'none' ? y : graph.multiply(y, graph.only('Sigmoid', [y])),
        graph.slice(whole, { starts: [time], ends: [time + before], axes: [2] }),
      ];
    },
  },
];
