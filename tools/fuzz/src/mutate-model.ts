import type { Random } from './random.js';

/** A place in a decoded model: a field of a message, or an entry of a list. */
interface Slot {
  readonly owner: Record<string, unknown> | unknown[];
  readonly key: string | number;
  readonly value: unknown;
}

const extremeIntegers = [
  0n,
  1n,
  -1n,
  2n,
  127n,
  65536n,
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 40n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const extremeNumbers = [0, 1, -1, 2, 7, 8, 9, 10, 16, 23, 1000, 2 ** 31 - 1, -(2 ** 31), 0.5, NaN, Infinity];

/**
 * Damages a decoded model at random, in place, where a human would: a number becomes an extreme one, a name that of
 * something else, an entry of a list is dropped, doubled, moved or taken from elsewhere.
 *
 * @param names operators and whatever else the model may be made to name.
 * @returns what was done.
 */
export function mutateModel(model: object, names: readonly string[], random: Random): string {
  const slots = slotsOf(model);
  // Weights are many and mean little: one field in a thousand would be anything else.
  const kinds = ['bigint', 'number', 'string', 'bytes', 'list'] as const;
  const kind = random.pick(kinds);
  const chosen = slots[kind];
  if (chosen.length === 0) return 'nothing';
  const { owner, key, value } = random.pick(chosen);
  const set = (changed: unknown): void => {
    (owner as Record<string | number, unknown>)[key] = changed;
  };
  switch (kind) {
    case 'bigint':
      set(
        random.pick([...extremeIntegers, (value as bigint) + 1n, (value as bigint) - 1n, -(value as bigint)]),
      );
      break;
    case 'number':
      set(random.pick([...extremeNumbers, (value as number) + 1, -(value as number)]));
      break;
    case 'string':
      set(random.pick(['', random.pick(names), random.pick(slots.string).value]));
      break;
    case 'bytes':
      set(changedBytes(value as Uint8Array, random));
      break;
    case 'list':
      set(changedList(value as unknown[], slots.list, random));
  }
  return `${kind} ${String(key)}`;
}

/** Bytes hold numbers: constants of shapes are vectors of 64-bit integers, for example. */
function changedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  switch (random.below(5)) {
    case 0:
      return changed.subarray(0, random.below(bytes.length + 1));
    case 1:
      return new Uint8Array(random.below(64));
    case 2:
      if (bytes.length >= 8) {
        view.setBigInt64(8 * random.below(Math.floor(bytes.length / 8)), random.pick(extremeIntegers), true);
      }
      return changed;
    case 3:
      if (bytes.length >= 4) {
        view.setFloat32(4 * random.below(Math.floor(bytes.length / 4)), random.pick(extremeNumbers), true);
      }
      return changed;
    default:
      if (bytes.length > 0) changed[random.below(bytes.length)] = random.below(256);
      return changed;
  }
}

function changedList(list: readonly unknown[], others: readonly Slot[], random: Random): unknown[] {
  const copy = [...list];
  const place = random.below(copy.length + 1);
  switch (random.below(6)) {
    case 0:
      copy.splice(place, 1);
      return copy;
    case 1:
      return [];
    case 2:
      if (list.length > 0) copy.splice(place, 0, random.pick(list));
      return copy;
    case 3:
      copy.reverse();
      return copy;
    case 4: {
      // An entry of another list of the same kind of thing: a node from a branch, an attribute of another node.
      const kindred = others.filter(({ value }) => sameKind((value as unknown[])[0], list[0]));
      const from = kindred.length === 0 ? list : (random.pick(kindred).value as unknown[]);
      if (from.length > 0) copy.splice(place, random.below(2), random.pick(from));
      return copy;
    }
    default: {
      if (list.length < 2) return copy;
      const [a, b] = [random.below(list.length), random.below(list.length)];
      [copy[a], copy[b]] = [copy[b], copy[a]];
      return copy;
    }
  }
}

function sameKind(a: unknown, b: unknown): boolean {
  const kindOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? (value as { $typeName?: string }).$typeName : typeof value;
  return a !== undefined && kindOf(a) === kindOf(b);
}

type Slots = Readonly<Record<'bigint' | 'number' | 'string' | 'bytes' | 'list', Slot[]>>;

function slotsOf(model: object): Slots {
  const slots: Slots = { bigint: [], number: [], string: [], bytes: [], list: [] };
  const visit = (owner: Slot['owner'], key: string | number, value: unknown): void => {
    if (key === '$typeName' || key === '$unknown' || key === 'case') return;
    const slot = { owner, key, value };
    if (typeof value === 'bigint') slots.bigint.push(slot);
    else if (typeof value === 'number') slots.number.push(slot);
    else if (typeof value === 'string') slots.string.push(slot);
    else if (value instanceof Uint8Array) slots.bytes.push(slot);
    else if (Array.isArray(value)) {
      slots.list.push(slot);
      value.forEach((entry, place) => visit(value, place, entry));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, field] of Object.entries(value)) visit(value as Record<string, unknown>, name, field);
    }
  };
  for (const [name, field] of Object.entries(model)) visit(model as Record<string, unknown>, name, field);
  return slots;
}
