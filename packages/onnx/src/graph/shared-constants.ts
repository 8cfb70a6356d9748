import type { Tensor } from './tensor.js';
import type { Value } from './value.js';

/** Constants by content, so that each is written once. Contents are compared as bytes: 0 and −0 differ, as 1/x does. */
export class SharedConstants {
  private readonly byKey = new Map<string, Value[]>();

  /** The value of the same content, or else the one that `create` makes, which is kept. */
  share(constant: Tensor, create: () => Value): Value {
    const { dataType, shape, data } = constant;
    const bytes = bytesOf(data);
    const key = `${dataType}[${shape.join()}]${hashOf(bytes)}`;
    const alike = this.byKey.get(key) ?? [];
    const same = alike.find((value) => sameBytes(bytesOf(value.constant!.data), bytes));
    if (same !== undefined) return same;
    const created = create();
    this.byKey.set(key, [...alike, created]);
    return created;
  }
}

function bytesOf(data: Tensor['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** FNV-1a in 32 bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}
