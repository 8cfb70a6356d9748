import type { GraphWriter } from '../graph/graph-writer.js';
import type { AttributeSchema } from '../graph/attributes.js';
import type { Node } from '../graph/node.js';
import type { Value, ValueType } from '../graph/value.js';
import type { InputCount, Operator } from '../graph/operator.js';
import { recurrentActivations, type Activation } from './recurrent-activations.js';

/** What one direction of a recurrent layer computes with, unpacked and with its biases added up. */
interface Cell {
  readonly graph: GraphWriter;
  readonly node: Node;
  readonly activations: readonly Activation[];
  /** Bounds what goes into an activation. */
  readonly clip: (x: Value) => Value;
  /** The recurrence weights, transposed: [hidden, gates · hidden]. */
  readonly recurrence: Value;
  /** The bias of the recurrence, [gates · hidden]: added to `input` already, unless it belongs elsewhere. */
  readonly recurrenceBias: Value | undefined;
  /** Peephole weights, [3 · hidden]. */
  readonly peepholes: Value | undefined;
}

/** The states after a step, each [batch, hidden]: the hidden one, and that of the cell if there is one. */
type States = readonly Value[];

interface Layer {
  readonly name: string;
  readonly inputs: InputCount;
  readonly gates: number;
  /** Hidden state, and cell state or not. */
  readonly states: 1 | 2;
  readonly activations: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  /** From which gate on the bias of the recurrence is not simply added to that of the input. */
  separateBiasFrom?(node: Node): number;
  /** The states after a step, from X·Wᵀ + biases of that step, [batch, gates · hidden], and the states before. */
  step(cell: Cell, input: Value, states: States): States;
}

interface Sizes {
  readonly duration: number;
  readonly batch: number;
  readonly hidden: number;
  readonly directions: number;
}

const directionsOf = (node: Node): readonly boolean[] => {
  const direction = node.text('direction');
  const reversed = { forward: [false], reverse: [true], bidirectional: [false, true] }[direction];
  if (reversed === undefined) {
    throw node.error(`direction is '${direction}', expected forward, reverse or bidirectional`);
  }
  return reversed;
};

function sizesOf(node: Node, layer: Layer): Sizes {
  const [x, recurrence] = [node.input(0), node.input(2)];
  const directions = directionsOf(node).length;
  const hidden = recurrence.shape[2] ?? 0;
  const [duration, batch] = (node.int('layout') === 1 ? [x.shape[1], x.shape[0]] : x.shape) as [
    number,
    number,
  ];
  const check = (position: number, ...shape: number[]): void => {
    const found = node.inputs[position]?.shape;
    if (found !== undefined && found.join() !== shape.join()) {
      throw node.error(`input ${position} has shape [${found.join(', ')}], expected [${shape.join(', ')}]`);
    }
  };
  if (x.rank !== 3) throw node.error(`input [${x.shape.join(', ')}] is not of rank 3`);
  if (duration === 0) throw node.error('the sequence has length 0');
  const given = node.attributes['hidden_size'];
  if (given !== undefined && given !== hidden) {
    throw node.error(
      `hidden_size is ${String(given)}, but input 2 has shape [${recurrence.shape.join(', ')}]`,
    );
  }
  check(1, directions, layer.gates * hidden, x.shape[2]!);
  check(2, directions, layer.gates * hidden, hidden);
  check(3, directions, 2 * layer.gates * hidden);
  check(4, batch);
  const state = node.int('layout') === 1 ? [batch, directions, hidden] : [directions, batch, hidden];
  check(5, ...state);
  if (layer.states === 2) {
    check(6, ...state);
    check(7, directions, 3 * hidden);
  }
  return { duration, batch, hidden, directions };
}

/**
 * A recurrent layer, unrolled over the steps of its sequence: X·Wᵀ of all steps is one product, the rest is written
 * step by step, and so is its gradient (backpropagation through time).
 */
function recurrent(layer: Layer): Operator {
  return {
    name: layer.name,
    inputs: layer.inputs,
    // The last are the peepholes of LSTM.
    roles: [undefined, 'weight', 'recurrence', 'bias', undefined, undefined, undefined, 'weight'],
    attributes: {
      activations: ['strings'],
      activation_alpha: ['floats'],
      activation_beta: ['floats'],
      clip: ['float'],
      direction: ['string', 'forward'],
      hidden_size: ['int'],
      layout: ['int', 0],
      ...layer.attributes,
    },
    infer: (node): readonly ValueType[] => {
      const { duration, batch, hidden, directions } = sizesOf(node, layer);
      const { dataType } = node.input(0);
      const batchFirst = node.int('layout') === 1;
      const state = {
        dataType,
        shape: batchFirst ? [batch, directions, hidden] : [directions, batch, hidden],
      };
      return [
        {
          dataType,
          shape: batchFirst ? [batch, duration, directions, hidden] : [duration, directions, batch, hidden],
        },
        ...new Array<ValueType>(layer.states).fill(state),
      ];
    },
    rewrite: (graph, node) => unrolled(graph, node, layer),
  };
}

function unrolled(graph: GraphWriter, node: Node, layer: Layer): readonly Value[] {
  const { duration, batch, hidden } = sizesOf(node, layer);
  const directions = directionsOf(node);
  const batchFirst = node.int('layout') === 1;
  const x = batchFirst ? graph.transpose(node.input(0), [1, 0, 2]) : node.input(0);
  const rows = graph.reshape(x, [duration * batch, -1]);
  const active = activeSteps(graph, node, duration);
  const activations = recurrentActivations(graph, node, layer.activations, directions.length);
  const bound = node.optionalAttribute('clip') as number | undefined;
  const clip = (value: Value): Value =>
    bound === undefined
      ? value
      : graph.only('Clip', [
          value,
          ...[-bound, bound].map((each) => graph.constant(each, [], value.dataType)),
        ]);

  const results = directions.map((reversed, direction) => {
    const width = layer.gates * hidden;
    const part = (position: number): Value | undefined => {
      const whole = node.inputs[position];
      return whole === undefined
        ? undefined
        : graph.reshape(pick(graph, whole, 0, direction), whole.shape.slice(1));
    };
    let input = graph.matmul(rows, graph.transpose(part(1)!, [1, 0]));
    const biases = part(3);
    let recurrenceBias: Value | undefined;
    if (biases !== undefined) {
      const [ofInput, ofRecurrence] = graph.split(biases, [width, width], 0) as [Value, Value];
      const added = (layer.separateBiasFrom?.(node) ?? layer.gates) * hidden;
      recurrenceBias = ofRecurrence;
      const [first] = graph.split(ofRecurrence, added === width ? [width] : [added, width - added], 0);
      input = graph.add(input, graph.add(ofInput, graph.pad(first!, [0], [width - added])));
    }
    const steps = graph
      .split(graph.reshape(input, [duration, batch, width]), new Array<number>(duration).fill(1), 0)
      .map((step) => graph.reshape(step, [batch, width]));
    const cell: Cell = {
      graph,
      node,
      activations: activations[direction]!,
      clip,
      recurrence: graph.transpose(part(2)!, [1, 0]),
      recurrenceBias,
      peepholes: layer.states === 2 ? part(7) : undefined,
    };
    let states: States = Array.from({ length: layer.states }, (_, place) => {
      const initial = node.inputs[5 + place];
      if (initial === undefined) return graph.fill(0, [batch, hidden], x.dataType);
      return graph.reshape(pick(graph, initial, batchFirst ? 1 : 0, direction), [batch, hidden]);
    });
    const outputs = new Array<Value>(duration);
    const order = steps.map((_, step) => (reversed ? duration - 1 - step : step));
    for (const step of order) {
      const next = layer.step(cell, steps[step]!, states);
      // Past its end, a sequence keeps its states and puts out 0.
      const mask = active?.[step];
      outputs[step] = mask === undefined ? next[0]! : graph.where(mask, next[0]!, 0);
      states =
        mask === undefined ? next : next.map((state, place) => graph.where(mask, state, states[place]!));
    }
    return { outputs, states };
  });

  const stateShape = batchFirst ? [batch, 1, hidden] : [1, batch, hidden];
  const stateAxis = batchFirst ? 1 : 0;
  const outputShape = batchFirst ? [batch, 1, 1, hidden] : [1, 1, batch, hidden];
  const all = results.map(({ outputs }) =>
    graph.concat(
      outputs.map((output) => graph.reshape(output, outputShape)),
      batchFirst ? 1 : 0,
    ),
  );
  return [
    graph.concat(all, batchFirst ? 2 : 1),
    ...results[0]!.states.map((_, place) =>
      graph.concat(
        results.map(({ states }) => graph.reshape(states[place]!, stateShape)),
        stateAxis,
      ),
    ),
  ];
}

/** For each step, which sequences of the batch have not ended, [batch, 1]; `undefined` where none ever does. */
function activeSteps(graph: GraphWriter, node: Node, duration: number): readonly Value[] | undefined {
  const lengths = node.inputs[4];
  if (lengths === undefined) return undefined;
  if (lengths.constant !== undefined && node.knownNumbers(4).every((length) => length === duration)) {
    return undefined;
  }
  const column = graph.reshape(lengths, [lengths.shape[0]!, 1]);
  return Array.from({ length: duration }, (_, step) => graph.greater(column, step));
}

/** The part of length 1 at a place along an axis. */
function pick(graph: GraphWriter, x: Value, axis: number, place: number): Value {
  return graph.slice(x, { starts: [place], ends: [place + 1], axes: [axis] });
}

/** The parts of equal width of the last axis of [batch, gates · hidden]. */
const gatesOf = (graph: GraphWriter, x: Value, count: number): readonly Value[] =>
  graph.split(x, new Array<number>(count).fill(x.shape[1]! / count), 1);

export const recurrentOperators: readonly Operator[] = [
  recurrent({
    name: 'RNN',
    inputs: [3, 6],
    gates: 1,
    states: 1,
    activations: ['Tanh'],
    // Hₜ = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + b)
    step: ({ graph, activations: [f], clip, recurrence }, input, [hidden]) => [
      f!(clip(graph.add(input, graph.matmul(hidden!, recurrence)))),
    ],
  }),
  recurrent({
    name: 'GRU',
    inputs: [3, 6],
    gates: 3,
    states: 1,
    activations: ['Sigmoid', 'Tanh'],
    attributes: { linear_before_reset: ['int', 0] },
    separateBiasFrom: (node) => (node.int('linear_before_reset') === 1 ? 2 : 3),
    // z, r = f(…); h̃ = g(Xₜ·Wₕᵀ + (r ⊙ Hₜ₋₁)·Rₕᵀ + b), or g(Xₜ·Wₕᵀ + r ⊙ (Hₜ₋₁·Rₕᵀ + b_R) + b_W) when the reset comes
    // after the product; Hₜ = (1 − z) ⊙ h̃ + z ⊙ Hₜ₋₁.
    step: ({ graph, node, activations: [f, g], clip, recurrence, recurrenceBias }, input, states) => {
      const hidden = states[0]!;
      const width = hidden.shape[1]!;
      const [ofZ, ofR, ofH] = gatesOf(graph, input, 3) as [Value, Value, Value];
      let update: Value;
      let candidate: Value;
      if (node.int('linear_before_reset') === 1) {
        const [z, r, h] = gatesOf(graph, graph.matmul(hidden, recurrence), 3) as [Value, Value, Value];
        update = f!(clip(graph.add(ofZ, z)));
        const reset = f!(clip(graph.add(ofR, r)));
        const biased =
          recurrenceBias === undefined
            ? h
            : graph.add(h, graph.split(recurrenceBias, [2 * width, width], 0)[1]!);
        candidate = g!(clip(graph.add(ofH, graph.multiply(reset, biased))));
      } else {
        const [ofGates, ofCandidate] = graph.split(recurrence, [2 * width, width], 1) as [Value, Value];
        const [z, r] = gatesOf(graph, graph.matmul(hidden, ofGates), 2) as [Value, Value];
        update = f!(clip(graph.add(ofZ, z)));
        const reset = f!(clip(graph.add(ofR, r)));
        candidate = g!(clip(graph.add(ofH, graph.matmul(graph.multiply(reset, hidden), ofCandidate))));
      }
      // (1 − z) ⊙ h̃ + z ⊙ H = h̃ + z ⊙ (H − h̃).
      return [graph.add(candidate, graph.multiply(update, graph.subtract(hidden, candidate)))];
    },
  }),
  recurrent({
    name: 'LSTM',
    inputs: [3, 8],
    gates: 4,
    states: 2,
    activations: ['Sigmoid', 'Tanh', 'Tanh'],
    attributes: { input_forget: ['int', 0] },
    // i, o, f = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + P ⊙ C + b), with Cₜ₋₁ for i and f and Cₜ for o; Cₜ = f ⊙ Cₜ₋₁ + i ⊙ g(…); Hₜ = o ⊙ h(Cₜ).
    step: ({ graph, node, activations: [f, g, h], clip, recurrence, peepholes }, input, states) => {
      const [hidden, before] = states as [Value, Value];
      const width = hidden.shape[1]!;
      const [i, o, forget, c] = gatesOf(graph, graph.add(input, graph.matmul(hidden, recurrence)), 4) as [
        Value,
        Value,
        Value,
        Value,
      ];
      const peeps = peepholes === undefined ? undefined : graph.split(peepholes, [width, width, width], 0);
      const peep = (gate: Value, place: number, cell: Value): Value =>
        peeps === undefined ? gate : graph.add(gate, graph.multiply(peeps[place]!, cell));
      const inputGate = f!(clip(peep(i, 0, before)));
      const forgetGate =
        node.int('input_forget') === 1 ? graph.subtract(1, inputGate) : f!(clip(peep(forget, 2, before)));
      const cell = graph.add(graph.multiply(forgetGate, before), graph.multiply(inputGate, g!(clip(c))));
      const outputGate = f!(clip(peep(o, 1, cell)));
      // As in ONNX Runtime, clip bounds the gates and not the cell.
      return [graph.multiply(outputGate, h!(cell)), cell];
    },
  }),
];
