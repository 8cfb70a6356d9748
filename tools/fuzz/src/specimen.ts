import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { decodeModel, type ModelProto } from '@lovasz/onnx';
import { operatorNames, contributedOperatorNames } from '@lovasz/onnx/support';
import { ModelProtoSchema } from 'onnx-buf';
import { mutateBytes } from './mutate-bytes.js';
import { mutateModel } from './mutate-model.js';
import { randomAt } from './random.js';

/** A model to be damaged. */
export interface Specimen {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The inputs with their dimensions bound. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Ranges of the bytes that hold no weights. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Reads a model that is to be damaged; a batch that is left open becomes 2, other dimensions 32. */
export function specimenOf(name: string, bytes: Uint8Array): Specimen {
  const model = decodeModel(bytes);
  return { name, bytes, inputShapes: inputShapesOf(model), spans: spansOf(model, bytes) };
}

/**
 * The damaged file of that index: always the same for a seed. One to three things are done to it, by bytes or by
 * meaning.
 */
export function mutationOf(
  specimen: Specimen,
  seed: number,
  index: number,
): { readonly bytes: Uint8Array; readonly kind: string } {
  const random = randomAt(seed, index);
  const kinds: string[] = [];
  let { bytes } = specimen;
  if (random.below(2) === 0) {
    for (let count = 1 + random.below(2); count > 0 && bytes.length > 0; count--) {
      const mutated = mutateBytes(bytes, kinds.length === 0 ? specimen.spans : [], random);
      bytes = mutated.bytes;
      kinds.push(mutated.kind);
    }
    return { bytes, kind: kinds.join(', ') };
  }
  for (let count = 1 + random.below(3); count > 0; count--) {
    const model = fromBinary(ModelProtoSchema, bytes);
    const kind = mutateModel(model, names, random);
    try {
      bytes = toBinary(ModelProtoSchema, model);
      kinds.push(kind);
    } catch {
      // A number that its field cannot hold, or an entry that does not belong there: try another.
    }
  }
  return { bytes, kind: kinds.join(', ') };
}

const names = [
  ...operatorNames,
  ...contributedOperatorNames,
  'If',
  'Loop',
  'Scan',
  'com.microsoft',
  'ai.onnx',
  'own',
];

function inputShapesOf(model: ModelProto): Specimen['inputShapes'] {
  const { input, initializer } = model.graph!;
  const stored = new Set(initializer.map((tensor) => tensor.name));
  return Object.fromEntries(
    input.flatMap((each) => {
      const type = each.type?.value;
      if (stored.has(each.name) || type?.case !== 'tensorType') return [];
      const dimensions = type.value.shape?.dim ?? [];
      const lengths = dimensions.map(({ value }, axis) =>
        value.case === 'dimValue' ? Number(value.value) : axis === 0 ? 2 : 32,
      );
      return [[each.name, lengths]];
    }),
  );
}

function spansOf(model: ModelProto, bytes: Uint8Array): Specimen['spans'] {
  const weights = model
    .graph!.initializer.filter(({ rawData }) => rawData.length > 64)
    .map(({ rawData }) => {
      const start = rawData.byteOffset - bytes.byteOffset;
      return [start, start + rawData.length] as const;
    })
    .sort(([a], [b]) => a - b);
  const spans: [number, number][] = [];
  let place = 0;
  for (const [start, end] of [...weights, [bytes.length, bytes.length] as const]) {
    if (start > place) spans.push([place, start]);
    place = end;
  }
  return spans;
}
