import { liveNodes } from '../graph/live-nodes.js';
import type { Backpropagation } from '../differentiation/differentiate.js';
import { isFloatingPoint } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { noGradient } from '../graph/operator.js';

/** A network with the loss of one of its outputs. */
export interface LossOfOutput {
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  /** The name of the output that the loss is of. */
  readonly output: string;
  readonly loss: Value;
}

/**
 * Why the gradient of the loss did not reach a parameter.
 *
 * @returns `undefined` when it should have: nothing between the parameter and the loss stops it.
 */
export function whyUnreached(
  parameter: Value,
  { outputs, output, loss }: LossOfOutput,
  { endsAt }: Pick<Backpropagation, 'endsAt'>,
): string | undefined {
  const { depends, open, ends } = follow(parameter, [loss], endsAt);
  if (open.has(loss)) return undefined;
  if (depends.has(loss)) return `its gradient ends at ${list(ends)}`;
  const dependent = follow(
    parameter,
    outputs.map(({ value }) => value),
    endsAt,
  ).depends;
  const names = outputs.filter(({ value }) => dependent.has(value)).map(({ name }) => name);
  if (names.length === 0) return 'no output depends on its values in training';
  if (names.includes(output)) return `the loss leaves out what of output '${output}' depends on it`;
  const quoted = names.map((name) => `'${name}'`).join(', ');
  return names.length === 1
    ? `only output ${quoted} depends on it, and the loss is of '${output}'`
    : `only outputs ${quoted} depend on it, and the loss is of '${output}'`;
}

/**
 * Refuses a graph in which something reads the flat vector otherwise than by the parameters that are cut out of it:
 * their gradients would be wrong.
 */
export function checkCuts(
  parameters: readonly { readonly name: string; readonly value: Value }[],
  targets: readonly Value[],
): void {
  const values = new Set(parameters.map(({ value }) => value));
  const cuts = new Set(liveNodes([...values]));
  const inside = new Set([...cuts].flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  for (const node of liveNodes(targets)) {
    if (cuts.has(node)) continue;
    const past = node.inputs.find(
      (input) =>
        input !== undefined && input.constant === undefined && inside.has(input) && !values.has(input),
    );
    if (past === undefined) continue;
    const concerned = parameters.find(({ value }) =>
      liveNodes([value]).some((cut) => cut.inputs.includes(past)),
    );
    throw node.error(
      `internal error: reads past the parameter '${concerned?.name ?? parameters[0]!.name}', which would get a wrong gradient; please report it`,
    );
  }
}

/** What depends on a value on the way to `targets`, and how far a gradient to it would come. */
function follow(
  start: Value,
  targets: readonly Value[],
  endsAt: Backpropagation['endsAt'],
): {
  readonly depends: ReadonlySet<Value>;
  /** Of those that depend, the ones whose gradient goes on to `start`. */
  readonly open: ReadonlySet<Value>;
  /** The nodes at which it ends. */
  readonly ends: ReadonlySet<Node>;
} {
  const depends = new Set([start]);
  const open = new Set([start]);
  const ends = new Set<Node>();
  const nodes = liveNodes(targets);
  const read = new Set([...targets, ...nodes.flatMap(({ inputs }) => inputs)]);
  for (const node of nodes) {
    const positions = [...node.inputs.keys()].filter((position) => depends.has(node.inputs[position]!));
    if (positions.length === 0) continue;
    const entering = positions.filter((position) => open.has(node.inputs[position]!));
    const passes =
      node.operator.gradient !== noGradient && entering.some((position) => !endsAt(node, position));
    for (const output of node.outputs) {
      depends.add(output);
      if (passes && isFloatingPoint(output.dataType)) open.add(output);
      else if (entering.length > 0 && read.has(output)) ends.add(node);
    }
  }
  return { depends, open, ends };
}

const mostListed = 3;

/** The nodes by operator and name, the first few of them. */
function list(nodes: ReadonlySet<Node>): string {
  const named = [
    ...new Set(
      [...nodes].map(({ operator, name }) =>
        name === undefined || name === '' ? operator.name : `${operator.name} '${name}'`,
      ),
    ),
  ];
  const rest = named.length - mostListed;
  return `${named.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
