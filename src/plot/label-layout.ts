// Where labels go: each near its box, inside the frame, and clear of the others wherever there is room.

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface Size {
  readonly width: number
  readonly height: number
}
/** One label: its size, and the box it belongs to. */
export interface LabelRequest extends Size {
  readonly box: Rectangle
}

/** Space kept between two labels, in pixels. */
const gap = 3
/** The placed labels are gone over at most this often to mend collisions with those that came after them. */
const maximumPasses = 4
/** More than all other costs of a position together: a collision is never taken where a free position is known. */
const collisionCost = 1_000_000

/**
 * Places labels. Each takes, of the positions around its box and of rows over the whole frame, the one that costs
 * least: free of other labels before all, then near its box, then covering little of the boxes.
 * With n labels of one height, no two collide if the frame is as wide as the widest and has room for 2n rows.
 * @param labels - sizes and boxes, in pixels; none wider or higher than the frame
 * @param frame - the area from (0, 0) that every label stays in
 * @returns one rectangle a label, in order; the same input gives the same result
 */
export function layoutLabels(labels: readonly LabelRequest[], frame: Size): Rectangle[] {
  const placed: (Rectangle | undefined)[] = labels.map(() => undefined)
  for (let pass = 0; pass < maximumPasses; pass++) {
    let moved = false
    for (const [index, label] of labels.entries()) {
      const others = placed.filter(
        (other): other is Rectangle => other !== undefined && other !== placed[index],
      )
      const best = cheapest(label, labels, others, frame)
      moved ||= !same(best, placed[index])
      placed[index] = best
    }
    if (!moved) break
  }
  return placed as Rectangle[]
}

/** The area that two rectangles share. */
export function sharedArea(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? width * height : 0
}

/** The distance between two rectangles, 0 if they touch. */
export function distance(a: Rectangle, b: Rectangle): number {
  const horizontal = Math.max(0, b.x - (a.x + a.width), a.x - (b.x + b.width))
  const vertical = Math.max(0, b.y - (a.y + a.height), a.y - (b.y + b.height))
  return Math.hypot(horizontal, vertical)
}

function cheapest(
  label: LabelRequest,
  labels: readonly LabelRequest[],
  others: readonly Rectangle[],
  frame: Size,
): Rectangle {
  let best: Rectangle | undefined
  let lowest = Infinity
  for (const [rank, position] of positions(label, frame).entries()) {
    const total = cost(position, rank, label, labels, others)
    if (total < lowest) [best, lowest] = [position, total]
  }
  return best!
}

/** Positions worth trying, the most usual first: around the box, along its edges, then rows over the frame. */
function positions(label: LabelRequest, frame: Size): Rectangle[] {
  const { box, width, height } = label
  const left = box.x
  const right = box.x + box.width - width
  const [above, top] = [box.y - height, box.y]
  const [bottom, below] = [box.y + box.height - height, box.y + box.height]
  const places: [number, number][] = []
  for (const y of [above, top, below, bottom]) places.push([left, y], [right, y])
  for (const y of [top, bottom]) places.push([box.x + box.width, y], [box.x - width, y])
  for (const y of [above, top, below, bottom])
    for (let x = left + width + gap; x < right; x += width + gap) places.push([x, y])
  for (let y = 0; y + height <= frame.height; y += height + gap)
    for (const x of [left, right, 0, frame.width - width]) places.push([x, y])
  return places.map(([x, y]) => ({
    x: clamp(x, 0, frame.width - width),
    y: clamp(y, 0, frame.height - height),
    width,
    height,
  }))
}

function cost(
  position: Rectangle,
  rank: number,
  label: LabelRequest,
  labels: readonly LabelRequest[],
  others: readonly Rectangle[],
): number {
  const area = position.width * position.height
  const spaced = {
    x: position.x - gap,
    y: position.y - gap,
    width: position.width + 2 * gap,
    height: position.height + 2 * gap,
  }
  let total = distance(position, label.box) + rank / 100
  for (const other of others) {
    const shared = sharedArea(spaced, other)
    if (shared > 0) total += collisionCost * (1 + shared / area)
  }
  for (const { box } of labels) {
    const shared = sharedArea(position, box)
    // What a label hides of a box, and how much of the label looks as if it belonged to that box.
    if (shared > 0)
      total += (box === label.box ? 6 : 12) * (shared / (box.width * box.height) + shared / area)
  }
  return total
}

function same(a: Rectangle, b: Rectangle | undefined): boolean {
  return b !== undefined && a.x === b.x && a.y === b.y
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
