import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { OnnxError } from '../graph/onnx-error.js';

/** Far above those of networks: a message of two bytes in a file takes hundreds in memory. */
const mostMessages = 1 << 22;

const deepestMessage = 100;

/**
 * Goes through the bytes of a message before anything is made of them: every field must be of the type that it has, and
 * end where the message around it does. The decoder itself reads on in either case, and makes something of nothing.
 *
 * @throws OnnxError for a field of another type or length, or more messages than memory may hold; RangeError where the
 *   bytes end too early.
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  let left = mostMessages;
  const check = (message: DescMessage, end: number, depth: number): void => {
    if (left-- === 0) throw new OnnxError(`holds more than ${mostMessages} messages`);
    if (depth > deepestMessage) throw new OnnxError(`holds messages more than ${deepestMessage} deep`);
    const fields = fieldsOf(message);
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      if (field !== undefined && !suits(field, wireType)) {
        throw new OnnxError(`field ${field.name} of ${message.name} has wire type ${wireType}`);
      }
      if (field?.message === undefined) {
        reader.skip(wireType, number, deepestMessage - depth);
      } else {
        const length = reader.uint32();
        if (reader.pos + length > end) {
          throw new OnnxError(`field ${field.name} of ${message.name} is longer than what it lies in`);
        }
        check(field.message, reader.pos + length, depth + 1);
      }
    }
    if (reader.pos > end) throw new OnnxError(`a field of ${message.name} is longer than what it lies in`);
  };
  check(schema, bytes.length, 1);
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(message: DescMessage): ReadonlyMap<number, DescField> {
  let fields = known.get(message);
  if (fields === undefined) {
    fields = new Map(message.fields.map((field) => [field.number, field]));
    known.set(message, fields);
  }
  return fields;
}

function suits(field: DescField, wireType: WireType): boolean {
  const own = wireTypeOf(field);
  // Lists of numbers may be packed or not, whatever the schema says.
  return wireType === own || (field.fieldKind === 'list' && wireType === WireType.LengthDelimited);
}

function wireTypeOf(field: DescField): WireType {
  if (field.message !== undefined) return WireType.LengthDelimited;
  if (field.enum !== undefined) return WireType.Varint;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}
