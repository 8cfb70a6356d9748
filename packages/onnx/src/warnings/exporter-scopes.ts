import type { GraphProto, NodeProto } from 'onnx-buf';
import { exporterNotes } from '../model/exporter-notes.js';

/** The operator of PyTorch that a node stands for, such as `aten.relu.default`, where the exporter says so. */
export function sourceOperator(node: NodeProto): string | undefined {
  return exporterNotes(node, 'class_hierarchy')?.at(-1);
}

/**
 * The layer that a node was exported from, as the network's author names it, such as `encoder.0.conv`; empty for the
 * network itself, `undefined` where the exporter says nothing.
 */
export function layerOf(node: NodeProto): string | undefined {
  const scopes = exporterNotes(node, 'name_scopes');
  // Of full paths, the first of which is the network's and the last of which is the operator's.
  if (scopes !== undefined) return scopes.slice(1, -1).at(-1) ?? '';
  if (!node.name.startsWith('/')) return undefined;
  let [path, last] = ['', ''];
  // TorchScript's: `/encoder/encoder.0/conv/Conv`, where members of a sequence repeat its name.
  for (const part of node.name.split('/').slice(1, -1)) {
    path += last !== '' && part.startsWith(`${last}.`) ? part.slice(last.length) : `.${part}`;
    last = part;
  }
  return path.slice(1);
}

/** The layers of which something is left: a node, or a parameter that a node reads. */
export function layersLeft({ node, initializer }: GraphProto): ReadonlySet<string> {
  const layers = new Set(node.map(layerOf).filter((layer) => layer !== undefined));
  // Names of parameters say nothing where nodes say nothing.
  if (layers.size === 0) return layers;
  const parameters = new Set(initializer.map(({ name }) => name));
  for (const name of node.flatMap(({ input }) => input)) {
    if (parameters.has(name) && name.includes('.')) layers.add(name.slice(0, name.lastIndexOf('.')));
  }
  return layers;
}

/** A member of a sequence: the sequence's name and the place in it. */
export function placeInSequence(layer: string): readonly [sequence: string, place: number] | undefined {
  const [, sequence, place] = /^(?:(.*)\.)?(\d+)$/.exec(layer) ?? [];
  return place === undefined ? undefined : [sequence ?? '', Number(place)];
}

/** The name of a sequence's member. */
export const memberOf = (sequence: string, place: number): string =>
  sequence === '' ? `${place}` : `${sequence}.${place}`;
