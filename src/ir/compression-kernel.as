// The inner loops of weight compression, in AssemblyScript: float32 to float16, and the search for the scales of
// integer codes. Numbers are float32 and sums run in the order of the weights, so that every machine gives the same.
//
// A group is some weights side by side that share a scale: value = (code - zero point) * scale. Its error is the sum of
// the squared differences between weights and values. Eight candidates for the scale are tried at a time, one a lane of
// these tables of 8 float32 at the bottom of memory.
const TABLE: usize = 32 // bytes
const HALF: usize = 16 // of a table: what one vector holds
const RATIO: usize = 0 // of the group's reach to the scale
const SCALE: usize = 1 * TABLE
const INVERSE: usize = 2 * TABLE // 1 / scale
const ZERO_POINT: usize = 3 * TABLE
const LOWEST: usize = 4 * TABLE // codes, counted from the zero point
const HIGHEST: usize = 5 * TABLE
const ERROR: usize = 6 * TABLE

const SMALLEST_SCALE: f32 = 5.9604644775390625e-8 // 2^-24, the smallest float16
const LARGEST_SCALE: f32 = 65504

// A scheme: its codes, and its ratios. The plain one takes the weights' range for the codes'; the search starts with
// eight from `firstRatio` on.
let lowestCode: f32, highestCode: f32, asymmetric: bool
let plainRatio: f32, firstRatio: f32, ratioStep: f32

// Where the group in hand lies: up to `reach` to both sides of `middle`. A negative reach asks for a negative scale.
let middle: f32, reach: f32

/**
 * Compresses groups that lie one behind the other.
 * @param scheme - 0 int8, 1 symmetric int4, 2 asymmetric int4
 * @param limit - the largest size of a weight
 * @param size - weights in a group
 * @param group - room for one group, rounded up to 8 weights
 * @param codes - a byte each; up to 7 bytes behind the last are overwritten
 * @param scales - float16 bits
 * @param zeroPoints - a byte each, written where the scheme has them
 * @returns how many groups it did: fewer than asked where the next has a weight beyond the limit or a NaN
 */
export function quantize(
  scheme: i32, limit: f32, weights: usize, groups: i32, size: i32, group: usize, codes: usize, scales: usize,
  zeroPoints: usize,
): i32 {
  setScheme(scheme)
  const bytes = <usize>size << 2
  const end = group + bytes
  const paddedEnd = (end + 31) & ~31
  memory.fill(end, 0, paddedEnd - end)
  for (let done = 0; done < groups; done++) {
    memory.copy(group, weights, bytes)
    if (!setReach(group, paddedEnd, limit)) return done
    const best = bestCandidate(group, end)
    encode(group, paddedEnd, best, codes)
    v128.store16_lane(scales, float16Bits(v128.load32_splat(SCALE + best)), 0)
    if (asymmetric) store<u8>(zeroPoints + done, <u8>load<f32>(ZERO_POINT + best))
    weights += bytes
    codes += size
    scales += 2
  }
  return groups
}

function setScheme(scheme: i32): void {
  asymmetric = scheme == 2
  lowestCode = asymmetric ? 0 : scheme == 1 ? -8 : -128
  highestCode = lowestCode + (scheme == 0 ? 255 : 15)
  plainRatio = asymmetric ? 7.5 : scheme == 1 ? 8 : 127
  firstRatio = scheme == 0 ? 124 : 6.75
  ratioStep = scheme == 0 ? 2 : 0.625
}

/** @returns whether all weights are numbers within the limit */
function setReach(group: usize, end: usize, limit: f32): bool {
  let least = f32x4.splat(0)
  let most = least
  let sizes = least
  for (let at = group; at < end; at += 16) {
    const weights = v128.load(at)
    least = f32x4.pmin(least, weights)
    most = f32x4.pmax(most, weights)
    // Sizes keep their order as integers, and a NaN is larger than any number.
    sizes = i32x4.max_u(sizes, v128.and(weights, i32x4.splat(0x7fffffff)))
  }
  if (v128.any_true(i32x4.gt_u(sizes, f32x4.splat(limit)))) return false
  const from = -largestLane(f32x4.neg(least))
  const to = largestLane(most)
  middle = asymmetric ? (from + to) / 2 : 0
  // Numbers too small for any scale, zeros too, are seen through the smallest.
  reach = max(asymmetric ? (to - from) / 2 : max(-from, to), SMALLEST_SCALE)
  // The codes of int4 reach further down than up: that is for the largest weight.
  if (lowestCode == -8 && to > -from) reach = -reach
  return true
}

function largestLane(values: v128): f32 {
  const pairs = f32x4.pmax(values, v128.shuffle<f32>(values, values, 2, 3, 0, 1))
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1))
}

/**
 * Looks over a wide range of scales, then closely around the best of them; the least squares for the codes that these
 * give are the scales to choose from.
 * @returns the lane, in bytes
 */
function bestCandidate(group: usize, end: usize): usize {
  setRatios(firstRatio, ratioStep)
  setCandidates()
  measure(group, end)
  setRatios(load<f32>(RATIO + leastError()) - 0.6 * ratioStep, 0.2 * ratioStep)
  // One of them is the plain one, so that the best is never worse.
  store<f32>(RATIO + 7 * 4, plainRatio)
  setCandidates()
  fit(group, end)
  measure(group, end)
  return leastError()
}

function setRatios(first: f32, step: f32): void {
  const from = f32x4.splat(first)
  const by = f32x4.splat(step)
  v128.store(RATIO, f32x4.add(from, f32x4.mul(by, f32x4(0, 1, 2, 3))))
  v128.store(RATIO + HALF, f32x4.add(from, f32x4.mul(by, f32x4(4, 5, 6, 7))))
}

function setCandidates(): void {
  const from = f32x4.splat(lowestCode)
  const to = f32x4.splat(highestCode)
  const center = f32x4.splat(asymmetric ? (lowestCode + highestCode) / 2 : 0)
  for (let half: usize = 0; half < TABLE; half += HALF) {
    setScales(half, f32x4.div(f32x4.splat(reach), v128.load(RATIO + half)))
    // The middle of the weights comes as near to that of the codes as a whole number allows.
    const shift = f32x4.mul(f32x4.splat(middle), v128.load(INVERSE + half))
    const zeroPoint = nearestCodes(f32x4.sub(center, shift), from, to)
    v128.store(ZERO_POINT + half, zeroPoint)
    v128.store(LOWEST + half, f32x4.sub(from, zeroPoint))
    v128.store(HIGHEST + half, f32x4.sub(to, zeroPoint))
  }
}

/** Scales as float16 holds them. */
function setScales(half: usize, scales: v128): void {
  const size = f32x4.pmin(f32x4.pmax(f32x4.abs(scales), f32x4.splat(SMALLEST_SCALE)), f32x4.splat(LARGEST_SCALE))
  // float16's exponent in the place of float32's is too small by the difference of their biases.
  const rounded = f32x4.mul(i32x4.shl(float16Bits(size), 13), i32x4.splat((127 + 112) << 23)) // times 2^112
  const signed = v128.or(rounded, v128.and(scales, i32x4.splat(0x80000000)))
  v128.store(SCALE + half, signed)
  v128.store(INVERSE + half, f32x4.div(f32x4.splat(1), signed))
}

/** Fills in the candidates' errors. */
function measure(group: usize, end: usize): void {
  for (let half: usize = 0; half < TABLE; half += HALF) {
    const inverse = v128.load(INVERSE + half)
    const lowest = v128.load(LOWEST + half)
    const highest = v128.load(HIGHEST + half)
    let squares = f32x4.splat(0)
    for (let at = group; at < end; at += 4) {
      const steps = f32x4.mul(v128.load32_splat(at), inverse)
      const off = f32x4.sub(steps, nearestCodes(steps, lowest, highest))
      squares = f32x4.add(squares, f32x4.mul(off, off))
    }
    const scale = v128.load(SCALE + half)
    v128.store(ERROR + half, f32x4.mul(squares, f32x4.mul(scale, scale)))
  }
}

/**
 * Moves each candidate's scale to the one of least error for the codes that it gives: by <off, code> / <code, code>,
 * off being what the codes are off.
 */
function fit(group: usize, end: usize): void {
  for (let half: usize = 0; half < TABLE; half += HALF) {
    const inverse = v128.load(INVERSE + half)
    const lowest = v128.load(LOWEST + half)
    const highest = v128.load(HIGHEST + half)
    let products = f32x4.splat(0)
    let squares = products
    for (let at = group; at < end; at += 4) {
      const steps = f32x4.mul(v128.load32_splat(at), inverse)
      const code = nearestCodes(steps, lowest, highest)
      products = f32x4.add(products, f32x4.mul(f32x4.sub(steps, code), code))
      squares = f32x4.add(squares, f32x4.mul(code, code))
    }
    const one = f32x4.splat(1)
    // Whole numbers: at least 1 unless all codes are 0, and then there is nothing to move.
    const change = f32x4.div(products, f32x4.pmax(squares, one))
    setScales(half, f32x4.mul(v128.load(SCALE + half), f32x4.add(one, change)))
  }
}

function leastError(): usize {
  let best: usize = 0
  for (let lane: usize = 4; lane < TABLE; lane += 4)
    best = load<f32>(ERROR + lane) < load<f32>(ERROR + best) ? lane : best
  return best
}

function encode(group: usize, end: usize, lane: usize, codes: usize): void {
  const inverse = v128.load32_splat(INVERSE + lane)
  const lowest = v128.load32_splat(LOWEST + lane)
  const highest = v128.load32_splat(HIGHEST + lane)
  const zeroPoint = v128.load32_splat(ZERO_POINT + lane)
  for (let at = group; at < end; at += 32) {
    const code0 = nearestCodes(f32x4.mul(v128.load(at), inverse), lowest, highest)
    const code1 = nearestCodes(f32x4.mul(v128.load(at, 16), inverse), lowest, highest)
    const integers = i16x8.narrow_i32x4_s(
      i32x4.trunc_sat_f32x4_s(f32x4.add(code0, zeroPoint)),
      i32x4.trunc_sat_f32x4_s(f32x4.add(code1, zeroPoint)),
    )
    v128.store64_lane(codes, i8x16.narrow_i16x8_s(integers, integers), 0)
    codes += 8
  }
}

@inline
function nearestCodes(steps: v128, lowest: v128, highest: v128): v128 {
  return f32x4.pmax(f32x4.pmin(f32x4.nearest(steps), highest), lowest)
}

/** Puts 4-bit codes of a byte each two a byte, the first in the low half, in their own place. */
export function pack(codes: usize, count: i32): void {
  let packed = codes
  for (const end = codes + count; codes < end; codes += 16) {
    const low = v128.and(v128.load(codes), i16x8.splat(0x000f))
    const high = i16x8.shl(i16x8.shr_u(v128.load(codes), 8), 4)
    const pairs = v128.and(v128.or(low, high), i16x8.splat(0x00ff))
    v128.store64_lane(packed, i8x16.narrow_i16x8_u(pairs, pairs), 0)
    packed += 8
  }
}

/** float16 bits of numbers; up to 7 behind the last are made too. */
export function float16(values: usize, count: i32, halves: usize): void {
  for (const end = values + (<usize>count << 2); values < end; values += 32) {
    v128.store(halves, i16x8.narrow_i32x4_u(float16Bits(v128.load(values)), float16Bits(v128.load(values, 16))))
    halves += 16
  }
}

/** float16 bits of four numbers, as integers: of the nearest one, the even one halfway. */
@inline
function float16Bits(values: v128): v128 {
  const size = v128.and(values, i32x4.splat(0x7fffffff))
  // The exponent's bias goes from 127 to 15 and the fraction loses 13 bits. Half of what they can hold, less one where
  // the last bit that stays is even, rounds by its carry, which may run into the exponent.
  const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1))
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, odd), i32x4.splat(0xfff - (112 << 23))), 13)
  // From 0.5 to 1 the last bit of a float32 is float16's smallest number: the sum rounds to a multiple of it.
  const subnormal = i32x4.sub(f32x4.add(size, f32x4.splat(0.5)), f32x4.splat(0.5))
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_s(size, i32x4.splat(113 << 23)))
  const isNaN = i32x4.gt_s(size, i32x4.splat(0x7f800000))
  const notFinite = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), isNaN)
  // From halfway to 65536, which float16 no longer has, the carry has made an infinity already.
  const bits = v128.bitselect(finite, notFinite, f32x4.lt(size, f32x4.splat(65536)))
  return v128.or(bits, v128.and(i32x4.shr_u(values, 16), i32x4.splat(0x8000)))
}
