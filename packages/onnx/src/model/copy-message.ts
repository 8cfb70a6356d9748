import type { Message } from '@bufbuild/protobuf';

/**
 * A copy of a protobuf message with some fields set anew. What is not set anew is shared with the original, unknown
 * fields included. (Spreading a message would lose the defaults of fields that are not set: they lie in its prototype.)
 */
export function copyMessage<M extends Message>(message: M, changes: Partial<Omit<M, '$typeName'>>): M {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as M, message, changes);
}
