import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { ownProperty } from '../graph/own-property.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { normalizeAxis } from '../shapes/axes.js';
import { forEachOffset, stridesOf } from '../shapes/strides.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import type { GradientRequest, Numbers, Operator } from '../graph/operator.js';
import { flatten, positions } from './window.js';

interface Range {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** What a Slice takes along every axis. */
function rangesOf(node: Node): readonly Range[] {
  const { shape } = node.input(0);
  const starts = node.knownNumbers(1);
  const ends = node.knownNumbers(2);
  const axes = node.optionalNumbers(3) ?? starts.map((_, axis) => axis);
  const steps = node.optionalNumbers(4) ?? starts.map(() => 1);
  const ranges: Range[] = shape.map((length) => ({ start: 0, step: 1, length }));
  axes.forEach((listed, place) => {
    const axis = normalizeAxis(node, listed, shape.length);
    const whole = shape[axis]!;
    const step = steps[place]!;
    if (step === 0) throw node.error(`step of axis ${axis} is 0`);
    const clamp = (bound: number): number => {
      const counted = bound < 0 ? bound + whole : bound;
      return step > 0 ? Math.min(Math.max(counted, 0), whole) : Math.min(Math.max(counted, -1), whole - 1);
    };
    const start = clamp(starts[place]!);
    const end = clamp(ends[place]!);
    ranges[axis] = { start, step, length: Math.max(Math.ceil((end - start) / step), 0) };
  });
  return ranges;
}

/** The padding before and after on every axis. */
function padsOf(node: Node): { before: readonly number[]; after: readonly number[] } {
  const { rank } = node.input(0);
  const listed = node.knownNumbers(1);
  const axes =
    node.optionalNumbers(3)?.map((axis) => normalizeAxis(node, axis, rank)) ??
    Array.from({ length: rank }, (_, axis) => axis);
  if (listed.length !== 2 * axes.length)
    throw node.error(`pads has ${listed.length} entries, expected ${2 * axes.length}`);
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  axes.forEach((axis, place) => {
    before[axis] = listed[place]!;
    after[axis] = listed[place + axes.length]!;
  });
  return { before, after };
}

const paddedShape = (node: Node): readonly number[] => {
  const { before, after } = padsOf(node);
  return node.input(0).shape.map((length, axis) => length + before[axis]! + after[axis]!);
};

/** An index that counts from the end when negative. */
const wrap = (index: number, length: number): number => (index < 0 ? index + length : index);

/** The shape of Gather: the axis is replaced by the shape of the indices. */
const gatheredShape = (node: Node): readonly number[] => {
  const { shape } = node.input(0);
  const axis = normalizeAxis(node, node.int('axis'), shape.length);
  return [...shape.slice(0, axis), ...node.input(1).shape, ...shape.slice(axis + 1)];
};

/** For every entry of `indices`, the offset in a tensor of `shape` that GatherElements and ScatterElements address. */
function elementOffsets(indices: Numbers, shape: readonly number[], axis: number): Float64Array {
  const strides = stridesOf(shape);
  const offsets = new Float64Array(indices.data.length);
  let entry = 0;
  for (const position of positions(indices.shape)) {
    let offset = 0;
    position.forEach((coordinate, place) => {
      offset += strides[place]! * (place === axis ? wrap(indices.data[entry]!, shape[axis]!) : coordinate);
    });
    offsets[entry++] = offset;
  }
  return offsets;
}

const scatterModes: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

/** What ScatterElements and ScatterND do with an entry and its update. */
export function scatterMode(node: Node): (old: number, update: number) => number {
  const mode = ownProperty(scatterModes, node.text('reduction'));
  if (mode === undefined) {
    throw node.error(
      `reduction '${node.text('reduction')}' is not supported, expected ${Object.keys(scatterModes).join(' or ')}`,
    );
  }
  return mode;
}

export const indexingOperators: readonly Operator[] = [
  {
    name: 'Slice',
    inputs: [3, 5],
    entries: 'moved',
    infer: (node) => [
      { dataType: node.input(0).dataType, shape: rangesOf(node).map((range) => range.length) },
    ],
    rewrite: (_, node) =>
      rangesOf(node).every((range, axis) => range.step === 1 && range.length === node.input(0).shape[axis])
        ? [node.input(0)]
        : undefined,
    evaluate: (node, [x]) => {
      const ranges = rangesOf(node);
      const strides = stridesOf(x!.shape);
      const shape = ranges.map((range) => range.length);
      const start = ranges.reduce((offset, range, axis) => offset + range.start * strides[axis]!, 0);
      const data = new Float64Array(sizeOf(shape));
      forEachOffset(
        shape,
        ranges.map((range, axis) => range.step * strides[axis]!),
        (entry, offset) => (data[entry] = x!.data[offset]!),
        start,
      );
      return [{ shape, data }];
    },
    // What was left out gets zeros: around the slice by Pad, between its entries by scattering along each axis.
    gradient: ({ graph, node, cotangent }) => {
      const { shape } = node.input(0);
      const ranges = rangesOf(node);
      let spread = cotangent;
      ranges.forEach((range, axis) => {
        if (range.step === 1) return;
        const places = Array.from(
          { length: node.listLength(range.length) },
          (_, place) => range.start + place * range.step,
        );
        const updates = spread.shape;
        const indices = graph.expand(
          graph.reshape(
            graph.integers(places),
            updates.map((_, place) => (place === axis ? places.length : 1)),
          ),
          updates,
        );
        const zeros = graph.fill(
          0,
          updates.map((length, place) => (place === axis ? shape[axis]! : length)),
          cotangent.dataType,
        );
        spread = graph.only('ScatterElements', [zeros, indices, spread], { axis });
      });
      const before = ranges.map((range) => (range.step === 1 ? range.start : 0));
      const after = ranges.map((_, axis) => shape[axis]! - before[axis]! - spread.shape[axis]!);
      return [graph.pad(spread, before, after)];
    },
  },
  {
    name: 'Pad',
    inputs: [2, 4],
    entries: 'moved',
    roles: [undefined, 'setting', 'setting'],
    attributes: { mode: ['string', 'constant'] },
    infer: (node) => {
      if (!['constant', 'reflect', 'edge', 'wrap'].includes(node.text('mode'))) {
        throw node.error(
          `mode '${node.text('mode')}' is not supported, expected constant, reflect, edge or wrap`,
        );
      }
      return [{ dataType: node.input(0).dataType, shape: paddedShape(node) }];
    },
    rewrite: (graph, node) => {
      const { before, after } = padsOf(node);
      const x = node.input(0);
      const amounts = [...before, ...after];
      if (amounts.every((amount) => amount === 0)) return [x];
      // Negative pads cut first, and the others go around what is left.
      if (amounts.some((amount) => amount < 0)) {
        const { starts, lengths } = keptBy(node);
        if (lengths.includes(0)) return [nothingLeft(graph, node)];
        const cut = graph.slice(x, {
          starts,
          ends: starts.map((start, axis) => start + lengths[axis]!),
          axes: starts.map((_, axis) => axis),
        });
        const added = graph.integers(amounts.map((amount) => Math.max(amount, 0)));
        return [graph.only('Pad', [cut, added, node.inputs[2]], { mode: node.text('mode') })];
      }
      if (node.text('mode') === 'constant') {
        // Over all axes.
        return node.hasInput(3)
          ? [graph.only('Pad', [x, graph.integers(amounts), node.inputs[2]])]
          : undefined;
      }
      // The other modes read existing entries: a Gather along each padded axis.
      let padded = x;
      x.shape.forEach((length, axis) => {
        if (before[axis] === 0 && after[axis] === 0) return;
        const count = node.listLength(length + before[axis]! + after[axis]!);
        const places = Array.from({ length: count }, (_, place) =>
          paddingSource(node.text('mode'), place - before[axis]!, length),
        );
        padded = graph.only('Gather', [padded, graph.integers(places)], { axis });
      });
      return [padded];
    },
    evaluate: (node, [x, , fill]) => {
      const { before } = padsOf(node);
      const { starts, lengths } = keptBy(node);
      const mode = node.text('mode');
      const shape = paddedShape(node);
      const data = new Float64Array(sizeOf(shape)).fill(fill?.data[0] ?? 0);
      let entry = -1;
      for (const position of positions(shape)) {
        entry += 1;
        const source = position.map((place, axis) =>
          mode === 'constant'
            ? place - before[axis]!
            : starts[axis]! + paddingSource(mode, place - Math.max(before[axis]!, 0), lengths[axis]!),
        );
        if (source.some((place, axis) => place < 0 || place >= x!.shape[axis]!)) continue;
        data[entry] = x!.data[flatten(source, x!.shape)]!;
      }
      return [{ shape, data }];
    },
    gradient: ({ graph, node, cotangent, needs }) => {
      const { before } = padsOf(node);
      const { shape } = node.input(0);
      const inside = graph.slice(cotangent, {
        starts: [...before],
        ends: shape.map((length, axis) => before[axis]! + length),
        axes: shape.map((_, axis) => axis),
      });
      if (!needs(2)) return [inside];
      const total = (x: Value): Value =>
        graph.reshape(
          graph.sum(
            x,
            x.shape.map((_, axis) => axis),
          ),
          node.input(2).shape,
        );
      return [inside, undefined, graph.subtract(total(cotangent), total(inside))];
    },
  },
  {
    name: 'Gather',
    inputs: [2, 2],
    roles: ['table'],
    attributes: { axis: ['int', 0] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: gatheredShape(node) }],
    evaluate: (node, [x, indices]) => {
      const axis = normalizeAxis(node, node.int('axis'), x!.shape.length);
      const shape = gatheredShape(node);
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const length = x!.shape[axis]!;
      const count = indices!.data.length;
      const data = new Float64Array(sizeOf(shape));
      for (let entry = 0; entry < data.length; entry++) {
        const offset = entry % inner;
        const place = Math.floor(entry / inner) % count;
        const outer = Math.floor(entry / inner / count);
        data[entry] = x!.data[(outer * length + wrap(indices!.data[place]!, length)) * inner + offset]!;
      }
      return [{ shape, data }];
    },
    // Rows are added back where they came from, as elements: the row number repeated over the rest of the row.
    gradient: ({ graph, node, cotangent }) => {
      const { shape } = node.input(0);
      const axis = normalizeAxis(node, node.int('axis'), shape.length);
      const indices = node.input(1);
      const count = sizeOf(indices.shape);
      const rows = [...shape.slice(0, axis), count, ...shape.slice(axis + 1)];
      const places = graph.expand(
        graph.reshape(
          indices,
          rows.map((_, place) => (place === axis ? count : 1)),
        ),
        rows,
      );
      return [
        graph.only(
          'ScatterElements',
          [graph.fill(0, shape, cotangent.dataType), places, graph.reshape(cotangent, rows)],
          { axis, reduction: 'add' },
        ),
      ];
    },
  },
  {
    name: 'GatherElements',
    inputs: [2, 2],
    attributes: { axis: ['int', 0] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: node.input(1).shape }],
    evaluate: (node, [x, indices]) => {
      const axis = normalizeAxis(node, node.int('axis'), x!.shape.length);
      const offsets = elementOffsets(indices!, x!.shape, axis);
      return [{ shape: indices!.shape, data: offsets.map((offset) => x!.data[offset]!) }];
    },
    gradient: ({ graph, node, cotangent }) => [
      graph.only(
        'ScatterElements',
        [graph.fill(0, node.input(0).shape, cotangent.dataType), node.input(1), cotangent],
        { axis: node.int('axis'), reduction: 'add' },
      ),
    ],
  },
  {
    name: 'ScatterElements',
    inputs: [3, 3],
    buffers: overwritesFirst,
    attributes: { axis: ['int', 0], reduction: ['string', 'none'] },
    infer: (node) => {
      scatterMode(node);
      if (!sameShape(node.input(1).shape, node.input(2).shape)) {
        throw node.error(
          `indices [${node.input(1).shape.join(', ')}] and updates [${node.input(2).shape.join(', ')}] differ`,
        );
      }
      return [node.input(0).type];
    },
    evaluate: (node, [x, indices, updates]) => {
      const mode = scatterMode(node);
      const axis = normalizeAxis(node, node.int('axis'), x!.shape.length);
      const data = Float64Array.from(x!.data);
      elementOffsets(indices!, x!.shape, axis).forEach((offset, entry) => {
        data[offset] = mode(data[offset]!, updates!.data[entry]!);
      });
      return [{ shape: x!.shape, data }];
    },
    gradient: (request) => {
      const { graph, node, cotangent, needs } = request;
      const [indices, axis] = [node.input(1), node.int('axis')];
      const gather = (from: Value): Value => graph.only('GatherElements', [from, indices], { axis });
      switch (node.text('reduction')) {
        // An overwritten entry passes nothing on. Indices must not repeat.
        case 'none':
          return [
            needs(0)
              ? graph.only(
                  'ScatterElements',
                  [cotangent, indices, graph.fill(0, indices.shape, cotangent.dataType)],
                  { axis },
                )
              : undefined,
            undefined,
            needs(2) ? gather(cotangent) : undefined,
          ];
        case 'add':
          return [cotangent, undefined, needs(2) ? gather(cotangent) : undefined];
        case 'mul':
          return scatteredProductGradient(request);
        default:
          return scatteredExtremumGradient(request);
      }
    },
  },
];

/** Every factor gets the product of the others, zeros among them or not: see ReduceProd. */
function scatteredProductGradient({
  graph,
  node,
  cotangent,
}: GradientRequest): readonly (Value | undefined)[] {
  const [x, indices, updates] = [node.input(0), node.input(1), node.input(2)];
  const axis = node.int('axis');
  const scatter = (into: Value, values: Value, reduction: string): Value =>
    graph.only('ScatterElements', [into, indices, values], { axis, reduction });
  const gather = (from: Value): Value => graph.only('GatherElements', [from, indices], { axis });
  const flag = (condition: Value): Value => graph.cast(condition, x.dataType);
  const one = (like: Value): Value => graph.fill(1, like.shape, x.dataType);
  const updateIsZero = graph.equal(updates, 0);
  const safe = graph.where(updateIsZero, 1, updates);
  const product = scatter(one(x), updates, 'mul');
  const safeProduct = scatter(x, safe, 'mul');
  const zeros = scatter(graph.fill(0, x.shape, x.dataType), flag(updateIsZero), 'add');
  const otherZeros = graph.subtract(gather(zeros), flag(updateIsZero));
  const others = graph.multiply(graph.divide(gather(safeProduct), safe), flag(graph.equal(otherZeros, 0)));
  return [graph.multiply(cotangent, product), undefined, graph.multiply(gather(cotangent), others)];
}

/** Ties split the gradient evenly between the entry and its updates, as in PyTorch. */
function scatteredExtremumGradient({
  graph,
  node,
  cotangent,
}: GradientRequest): readonly (Value | undefined)[] {
  const [x, indices, updates] = [node.input(0), node.input(1), node.input(2)];
  const axis = node.int('axis');
  const gather = (from: Value): Value => graph.only('GatherElements', [from, indices], { axis });
  const y = node.output();
  const own = graph.cast(graph.equal(x, y), x.dataType);
  const theirs = graph.cast(graph.equal(updates, gather(y)), x.dataType);
  const count = graph.only('ScatterElements', [own, indices, theirs], { axis, reduction: 'add' });
  const share = graph.divide(cotangent, count);
  return [graph.multiply(own, share), undefined, graph.multiply(theirs, gather(share))];
}

/** What the negative pads of a node leave of each axis. */
function keptBy(node: Node): { readonly starts: readonly number[]; readonly lengths: readonly number[] } {
  const { before, after } = padsOf(node);
  const { shape } = node.input(0);
  const starts = before.map((pad, axis) => Math.min(Math.max(-pad, 0), shape[axis]!));
  const lengths = shape.map((length, axis) =>
    Math.max(length - starts[axis]! - Math.max(-after[axis]!, 0), 0),
  );
  const empty = lengths.findIndex((length, axis) => length === 0 && shape[axis]! > 0);
  if (empty >= 0 && node.text('mode') !== 'constant') {
    throw node.error(
      `pads of ${before[empty]} and ${after[empty]} cut all of axis ${empty} of [${shape.join(', ')}], and mode '${node.text('mode')}' repeats what is left`,
    );
  }
  return { starts, lengths };
}

/** The fill alone. */
function nothingLeft(graph: GraphWriter, node: Node): Value {
  const fill = node.inputs[2] ?? graph.constant(0, [], node.input(0).dataType);
  return graph.expand(graph.reshape(fill, []), paddedShape(node));
}

/** The entry that reflect, edge or wrap padding reads for a place outside of [0, length). */
function paddingSource(mode: string, place: number, length: number): number {
  if (mode === 'edge') return Math.min(Math.max(place, 0), length - 1);
  if (mode === 'wrap') return ((place % length) + length) % length;
  const period = Math.max(2 * (length - 1), 1);
  const folded = ((place % period) + period) % period;
  return folded < length ? folded : period - folded;
}
