import type { Numbers, Operator } from '../graph/operator.js';

/** The determinant of a matrix by elimination with row exchanges. */
function determinant(matrix: Float64Array, size: number): number {
  const rows = Array.from({ length: size }, (_, row) => [...matrix.subarray(row * size, (row + 1) * size)]);
  let result = 1;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    const [lead, other] = [rows[pivot]!, rows[column]!];
    rows[column] = lead;
    rows[pivot] = other;
    if (lead[column] === 0) return 0;
    result *= pivot === column ? lead[column]! : -lead[column]!;
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / lead[column]!;
      row.forEach((entry, place) => (row[place] = entry - factor * lead[place]!));
    }
  }
  return result;
}

export const determinantOperators: readonly Operator[] = [
  {
    name: 'Det',
    inputs: [1, 1],
    readsMany: true,
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const [rows, columns] = shape.slice(-2);
      if (rows === undefined || rows !== columns || rows < 1) {
        throw node.error(`input has shape [${shape.join(', ')}], expected square matrices`);
      }
      return [{ dataType, shape: shape.slice(0, -2) }];
    },
    evaluate: (_, [x]): readonly Numbers[] => {
      const size = x!.shape.at(-1)!;
      const data = Float64Array.from({ length: x!.data.length / size ** 2 }, (_each, index) =>
        determinant(x!.data.subarray(index * size ** 2, (index + 1) * size ** 2), size),
      );
      return [{ shape: x!.shape.slice(0, -2), data }];
    },
    // The cofactors: determinants of all minors with alternating signs, right for singular matrices too.
    gradient: ({ graph, node, cotangent }) => {
      const x = node.input(0);
      const size = x.shape.at(-1)!;
      const batch = x.shape.slice(0, -2);
      const dy = graph.reshape(cotangent, [...batch, 1, 1]);
      if (size === 1) return [dy];
      const places: number[] = [];
      const signs: number[] = [];
      for (let entry = 0; entry < size ** 2; entry++) {
        const [row, column] = [Math.floor(entry / size), entry % size];
        signs.push((row + column) % 2 === 0 ? 1 : -1);
        for (let place = 0; place < size ** 2; place++) {
          if (Math.floor(place / size) !== row && place % size !== column) places.push(place);
        }
      }
      const minors = graph.only(
        'Gather',
        [
          graph.reshape(x, [...batch, size ** 2]),
          graph.constant(places, [size, size, size - 1, size - 1], 'int64'),
        ],
        { axis: batch.length },
      );
      const cofactors = graph.multiply(
        graph.only('Det', [minors]),
        graph.constant(signs, [size, size], x.dataType),
      );
      return [graph.multiply(cofactors, dy)];
    },
  },
];
