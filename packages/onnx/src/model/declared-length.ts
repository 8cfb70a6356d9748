import type { TensorShapeProto_Dimension } from 'onnx-buf';

/** The length that a file declares for an axis; `undefined` where it leaves it open: by a name, by nothing, or by −1. */
export function declaredLength({ value }: TensorShapeProto_Dimension): number | undefined {
  return value.case === 'dimValue' && value.value >= 0n ? Number(value.value) : undefined;
}
