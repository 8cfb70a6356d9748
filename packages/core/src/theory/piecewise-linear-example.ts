/** A point or a slope in the plane. */
export type PlaneVector = readonly [number, number];

/** A function of the plane with what the methods of descent ask of it. */
export interface PiecewiseLinearExample {
  value(point: PlaneVector): number;
  /** The gradient; on an edge that of one of its sides. */
  gradient(point: PlaneVector): PlaneVector;
  /** argmin_u f(u) + (λ/2)·‖u − x‖² (Eq. C.1). */
  proximal(point: PlaneVector, lambda: number): PlaneVector;
}

/**
 * The example of section C on which momentum oscillates: f(x) = max(0, ν·x₁, x₂) (Eq. C.4).
 *
 * f is the largest inner product with a point of the triangle of its three slopes, so its proximal point is x − P(λx)/λ
 * with P the projection on that triangle.
 *
 * @param nu ν > 0, the slope on one side of the edge ν·x₁ = x₂; it is 1 on the other.
 * @throws RangeError when ν is not a finite number > 0; `proximal` throws one when λ is not.
 * @example
 * const { value, proximal } = piecewiseLinearExample(1);
 * value([2, 1]); // 2
 * proximal([2, 2], 1); // [1.5, 1.5]: along the edge
 */
export function piecewiseLinearExample(nu: number): PiecewiseLinearExample {
  checkPositive('nu', nu);
  const slopes: readonly PlaneVector[] = [
    [0, 0],
    [nu, 0],
    [0, 1],
  ];
  const gradient = (point: PlaneVector): PlaneVector =>
    slopes.reduce((best, slope) => (dot(slope, point) > dot(best, point) ? slope : best));
  return {
    value: ([x, y]) => Math.max(0, nu * x, y),
    gradient,
    proximal: (point, lambda) => {
      checkPositive('lambda', lambda);
      const [x, y] = projectOnTriangle([lambda * point[0], lambda * point[1]], nu);
      return [point[0] - x / lambda, point[1] - y / lambda];
    },
  };
}

/** The point nearest to `point` of the triangle with corners 0, (ν, 0) and (0, 1). */
function projectOnTriangle(point: PlaneVector, nu: number): PlaneVector {
  const [x, y] = point;
  if (x >= 0 && y >= 0 && x / nu + y <= 1) return point;
  const candidates = [
    projectOnSegment(point, [0, 0], [nu, 0]),
    projectOnSegment(point, [0, 0], [0, 1]),
    projectOnSegment(point, [nu, 0], [0, 1]),
  ];
  const distance = ([a, b]: PlaneVector) => (a - x) ** 2 + (b - y) ** 2;
  return candidates.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}

function projectOnSegment(point: PlaneVector, from: PlaneVector, to: PlaneVector): PlaneVector {
  const along: PlaneVector = [to[0] - from[0], to[1] - from[1]];
  const offset: PlaneVector = [point[0] - from[0], point[1] - from[1]];
  const share = Math.min(Math.max(dot(offset, along) / dot(along, along), 0), 1);
  return [from[0] + share * along[0], from[1] + share * along[1]];
}

function dot(a: PlaneVector, b: PlaneVector): number {
  return a[0] * b[0] + a[1] * b[1];
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new RangeError(`${name} is ${value}; expected a finite number > 0`);
  }
}
