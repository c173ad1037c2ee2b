// The convex hull of points in the plane: what the extent of a drawing hangs on, however it is turned.

/**
 * The corners of the smallest convex shape around points (Andrew's monotone chain).
 * @param points - x and y of each, in any order
 * @returns x and y of the corners in turn, counter-clockwise where y points up
 */
export function convexHull(points: readonly (readonly [number, number])[]): Float64Array {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const lower = chain(sorted)
  const upper = chain(sorted.reverse())
  return Float64Array.from([...lower.slice(0, -1), ...upper.slice(0, -1)].flat())
}

/** One side of the hull: points are left out while they would make the chain turn right. */
function chain(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const corners: (readonly [number, number])[] = []
  for (const point of points) {
    while (corners.length >= 2 && turn(corners.at(-2)!, corners.at(-1)!, point) <= 0) corners.pop()
    corners.push(point)
  }
  return corners
}

const turn = (
  a: readonly [number, number],
  b: readonly [number, number],
  c: readonly [number, number],
): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
