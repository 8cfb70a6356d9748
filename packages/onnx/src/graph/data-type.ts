/** The element types that a training graph may hold, by the names of the ONNX specification in lower case. */
export type DataType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';

/** The numbers of `TensorProto.DataType`. */
export const dataTypeNumbers: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

const namesOfOthers: Readonly<Record<number, string>> = {
  0: 'undefined',
  4: 'uint16',
  5: 'int16',
  8: 'string',
  10: 'float16',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
};

const namesByNumber = new Map(
  Object.entries(dataTypeNumbers).map(([name, number]) => [number, name as DataType]),
);

/** The type of that number in the ONNX specification, or `undefined` when training graphs do not support it. */
export function dataTypeOfNumber(number: number): DataType | undefined {
  return namesByNumber.get(number);
}

/** How messages call the type of that number, supported or not. */
export function describeDataTypeNumber(number: number): string {
  return namesByNumber.get(number) ?? namesOfOthers[number] ?? `data type ${number}`;
}

export function isFloatingPoint(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64';
}

/** Whether the type of that number in the ONNX specification is float16 or bfloat16. */
export function isHalfPrecision(number: number): boolean {
  return number === 10 || number === 16;
}
