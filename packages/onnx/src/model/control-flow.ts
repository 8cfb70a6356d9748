import type { GraphProto } from 'onnx-buf';
import type { GraphWriter } from '../graph/graph-writer.js';
import type { AttributeValue } from '../graph/attributes.js';
import { isFloatingPoint } from '../graph/data-type.js';
import { numbersOf } from '../graph/tensor.js';
import { Value } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';

/** A tensor, or a sequence of them. */
type Operand = Value | readonly Value[];

/** An If, Loop or Scan as it stands in the file, with its inputs already in the graph. */
export interface ControlNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly (Operand | undefined)[];
  /** Those that are no graphs. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The graph that an attribute holds. */
  body(attribute: string): GraphProto;
  /**
   * Writes the nodes of a graph with its inputs bound, and returns its outputs.
   *
   * @param capture what stands for a value from outside that the graph reads.
   */
  write(body: GraphProto, inputs: readonly Operand[], capture?: (value: Value) => Value): readonly Operand[];
}

const failure = (node: ControlNode, cause: string): OnnxError =>
  new OnnxError(cause, { operator: node.operator, node: node.name });

/** An axis counted from the front, or `undefined` outside of the rank. */
function normalizeAxisIn(axis: number, rank: number): number | undefined {
  return axis < -rank || axis >= rank ? undefined : axis < 0 ? axis + rank : axis;
}

/** More steps than any network unrolls: a wrong count shall fail before memory does. */
const mostSteps = 100_000;

function known(node: ControlNode, operand: Operand | undefined, what: string): number {
  if (!(operand instanceof Value) || operand.constant === undefined) {
    throw failure(node, `its ${what} must be known when the graph is built, but data decides it`);
  }
  return numbersOf(operand.constant)[0]!;
}

/**
 * The outputs of the branch that the condition chooses. When data decides it, both branches are written and `Where`
 * selects between their outputs.
 *
 * The branch that is not chosen may compute anything, NaN included: `Where` keeps its outputs out of the result, and
 * each value that it reads from outside enters through `Where(condition, x, stopGradient(x))`, which is x, and whose
 * gradient is a `Where` too. Multiplying by 0 would let NaN through.
 */
function writeBranch(graph: GraphWriter, node: ControlNode): readonly Operand[] {
  const [given] = node.inputs;
  const [then, otherwise] = [node.body('then_branch'), node.body('else_branch')];
  if (!(given instanceof Value)) throw failure(node, 'its condition is missing');
  if (given.constant !== undefined) {
    return node.write(known(node, given, 'condition') === 0 ? otherwise : then, []);
  }
  const condition = graph.reshape(given, []);
  const only = (chosen: Value) => (value: Value) =>
    isFloatingPoint(value.dataType) && value.constant === undefined
      ? graph.where(chosen, value, graph.stopGradient(value))
      : value;
  const a = node.write(then, [], only(condition));
  const b = node.write(otherwise, [], only(graph.not(condition)));
  if (a.length !== b.length) {
    throw failure(node, `its branches give ${a.length} and ${b.length} outputs`);
  }
  return a.map((left, position) => select(graph, node, condition, left, b[position]!));
}

const describe = (operand: Operand): string =>
  operand instanceof Value
    ? `${operand.dataType}[${operand.shape.join(', ')}]`
    : `a sequence of ${operand.map(describe).join(', ')}`;

function select(graph: GraphWriter, node: ControlNode, condition: Value, a: Operand, b: Operand): Operand {
  if (describe(a) !== describe(b)) {
    throw failure(
      node,
      `its branches give ${describe(a)} and ${describe(b)}, but must agree where data decides between them`,
    );
  }
  if (!(a instanceof Value)) {
    return a.map((each, place) =>
      select(graph, node, condition, each, (b as readonly Value[])[place]!),
    ) as Value[];
  }
  if (!(b instanceof Value)) return b;
  if (a.dataType !== 'bool') return graph.where(condition, a, b);
  // Runtimes lack Where for truth values.
  return graph.only('Or', [graph.only('And', [condition, a]), graph.only('And', [graph.not(condition), b])]);
}

/** The values one above the other along a new axis. */
function stack(graph: GraphWriter, values: readonly Value[], axis: number): Value {
  const { shape } = values[0]!;
  const apart = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return graph.concat(
    values.map((value) => graph.reshape(value, apart)),
    axis,
  );
}

function tensor(node: ControlNode, operand: Operand | undefined, what: string): Value {
  if (operand instanceof Value) return operand;
  throw failure(node, `${what} is ${operand === undefined ? 'missing' : 'a sequence, expected a tensor'}`);
}

/** What the steps put out, joined along `axis`; `none` has the type of a step where there is no step. */
function collect(
  graph: GraphWriter,
  node: ControlNode,
  steps: readonly Operand[],
  axis: number,
  none: () => Operand,
): Value {
  const values = steps.map((step) => tensor(node, step, 'an output of a step'));
  const first = values[0] ?? tensor(node, none(), 'an output of a step');
  const place = normalizeAxisIn(axis, first.rank + 1);
  if (place === undefined)
    throw failure(node, `axis ${axis} is outside of a tensor of rank ${first.rank + 1}`);
  if (values.length > 0) return stack(graph, values, place);
  return graph.fill(0, [...first.shape.slice(0, place), 0, ...first.shape.slice(place)], first.dataType);
}

/** A loop, step after step: its trip count and its condition must be known at every step. */
function unrollLoop(graph: GraphWriter, node: ControlNode): readonly Operand[] {
  const body = node.body('body');
  const [count, condition, ...initial] = node.inputs;
  const limit = count === undefined ? Infinity : known(node, count, 'trip count');
  let goesOn = condition === undefined || known(node, condition, 'condition') !== 0;
  let carried = initial.map((state, position) => {
    if (state === undefined) throw failure(node, `input ${position + 2} is missing`);
    return state;
  });
  // Old files declare the number of the step and the condition as vectors of length 1.
  const shapeOf = (position: number): readonly number[] => {
    const type = body.input[position]?.type?.value;
    return type?.case === 'tensorType' && type.value.shape?.dim.length === 1 ? [1] : [];
  };
  const write = (step: number, states: readonly Operand[]): readonly Operand[] =>
    node.write(body, [
      graph.constant([step], shapeOf(0), 'int64'),
      graph.constant([1], shapeOf(1), 'bool'),
      ...states,
    ]);
  const collected: (readonly Operand[])[] = [];
  for (let step = 0; goesOn && step < limit; step++) {
    if (step === mostSteps) throw failure(node, `it takes more than ${mostSteps} steps`);
    const [next, ...results] = write(step, carried);
    goesOn = known(node, next, 'condition') !== 0;
    carried = results.slice(0, carried.length);
    collected.push(results.slice(carried.length));
  }
  const outputs = body.output.length - 1 - carried.length;
  return [
    ...carried,
    ...Array.from({ length: outputs }, (_, place) =>
      collect(
        graph,
        node,
        collected.map((step) => step[place]!),
        0,
        () => write(0, carried)[1 + carried.length + place]!,
      ),
    ),
  ];
}

interface ScanPlan {
  readonly body: GraphProto;
  readonly axes: readonly number[];
  readonly reversed: readonly boolean[];
  readonly outputAxes: readonly number[];
  readonly outputReversed: readonly boolean[];
}

const listOf = (node: ControlNode, name: string, length: number): readonly number[] =>
  (node.attributes[name] as readonly number[] | undefined) ?? new Array<number>(length).fill(0);

function planOf(node: ControlNode, scanned: number, states: number): ScanPlan {
  const body = node.body('body');
  const outputs = body.output.length - states;
  // Set 8 had one list of directions, and axis 0 inside of each batch.
  const directions = node.attributes['directions'] === undefined ? 'scan_input_directions' : 'directions';
  const plan = {
    body,
    axes: listOf(node, 'scan_input_axes', scanned),
    reversed: listOf(node, directions, scanned).map(Boolean),
    outputAxes: listOf(node, 'scan_output_axes', outputs),
    outputReversed: listOf(node, 'scan_output_directions', outputs).map(Boolean),
  };
  const counts = [plan.axes, plan.reversed, plan.outputAxes, plan.outputReversed].map((list) => list.length);
  if (counts.join() !== [scanned, scanned, outputs, outputs].join()) {
    throw failure(
      node,
      `its lists of axes and directions have lengths ${counts.join(', ')} for ${scanned} scanned inputs and ${outputs} scanned outputs`,
    );
  }
  return plan;
}

/** A scan, step after step. */
function scan(
  graph: GraphWriter,
  node: ControlNode,
  plan: ScanPlan,
  initial: readonly Value[],
  scanned: readonly Value[],
): readonly Value[] {
  const { body } = plan;
  const axes = scanned.map((x, place) => {
    const axis = normalizeAxisIn(plan.axes[place]!, x.rank);
    if (axis === undefined) {
      throw failure(node, `axis ${plan.axes[place]} is outside of a tensor of rank ${x.rank}`);
    }
    return axis;
  });
  const lengths = scanned.map((x, place) => x.shape[axes[place]!]!);
  const [duration] = lengths as [number];
  if (lengths.some((length) => length !== duration)) {
    throw failure(node, `its scanned inputs have ${lengths.join(' and ')} steps, expected equal numbers`);
  }
  const shapes = scanned.map((x, place) => x.shape.filter((_, axis) => axis !== axes[place]));
  const parts = scanned.map((x, place) => {
    const ones = new Array<number>(duration).fill(1);
    const steps = duration === 0 ? [] : graph.split(x, ones, axes[place]!);
    const inOrder = plan.reversed[place] === true ? [...steps].reverse() : steps;
    return inOrder.map((step) => graph.reshape(step, shapes[place]!));
  });
  let states: readonly Operand[] = initial;
  const collected: (readonly Operand[])[] = [];
  for (let step = 0; step < duration; step++) {
    const results = node.write(body, [...states, ...parts.map((each) => each[step]!)]);
    states = results.slice(0, initial.length);
    collected.push(results.slice(initial.length));
  }
  const none = (place: number) => (): Operand =>
    node.write(body, [
      ...initial,
      ...shapes.map((shape, each) => graph.fill(0, shape, scanned[each]!.dataType)),
    ])[initial.length + place]!;
  return [
    ...states.map((state) => tensor(node, state, 'a state')),
    ...plan.outputAxes.map((axis, place) => {
      const steps = collected.map((results) => results[place]!);
      return collect(
        graph,
        node,
        plan.outputReversed[place] === true ? steps.reverse() : steps,
        axis,
        none(place),
      );
    }),
  ];
}

function unrollScan(graph: GraphWriter, node: ControlNode, opset: number): readonly Value[] {
  const scanned = node.attributes['num_scan_inputs'] as number | undefined;
  if (scanned === undefined) throw failure(node, "attribute 'num_scan_inputs' is missing");
  const batched = opset === 8;
  const inputs = (batched ? node.inputs.slice(1) : node.inputs).map((input, position) =>
    tensor(node, input, `input ${position + (batched ? 1 : 0)}`),
  );
  const states = inputs.length - scanned;
  const plan = planOf(node, scanned, states);
  if (!batched) return scan(graph, node, plan, inputs.slice(0, states), inputs.slice(states));
  // Set 8 scanned each entry of a batch by itself.
  if (node.inputs[0] !== undefined) throw failure(node, 'lengths of sequences are not supported');
  const entries = Array.from({ length: inputs[0]!.shape[0]! }, (_, entry) => {
    const own = inputs.map((x) =>
      graph.reshape(graph.slice(x, { starts: [entry], ends: [entry + 1], axes: [0] }), x.shape.slice(1)),
    );
    return scan(graph, node, plan, own.slice(0, states), own.slice(states));
  });
  return entries[0]!.map((_, place) =>
    stack(
      graph,
      entries.map((entry) => entry[place]!),
      0,
    ),
  );
}

/** Operators that hold graphs. Nothing of them is left in the graph that is written. */
export const controlOperators: Readonly<
  Record<string, (graph: GraphWriter, node: ControlNode, opset: number) => readonly Operand[]>
> = { If: writeBranch, Loop: unrollLoop, Scan: unrollScan };
