// Resizing as Pillow does it, bit for bit (Pillow src/libImaging/Resample.c): the filter's weights as integers of 22
// fractional bits, one pass for the width, one for the height, and 8 bits between the two. The order shows in the
// rounding: width first is that of Pillow up to 12.1 and of the goldens; later ones turn it round for tall pictures.
import { setImmediate } from 'node:timers/promises'
import { type Filter, FILTERS, filterWeights, Resampling } from './filter-weights.ts'
import { resizeKernel } from './resize-kernel.ts'
import type { RgbImage } from './rgb-image.ts'

/**
 * Resizes a picture to exactly `width` by `height`, with antialiasing when it shrinks (NEAREST has none).
 * The event loop gets its turn between parts of a large picture.
 * @param width - integer from 1
 * @param height - integer from 1
 */
export async function resize(
  image: RgbImage,
  width: number,
  height: number,
  resample: Resampling,
): Promise<RgbImage> {
  if (image.width === width && image.height === height) return image
  if (resample === Resampling.NEAREST) return resizeNearest(image, width, height)
  const filter = FILTERS[resample]
  return resizeHeight(await resizeWidth(image, width, filter), height, filter)
}

const FRACTION_BITS = 22
/** A record of the table opens with where its first input starts and how long its weights are, both in bytes. */
const RECORD_HEAD = 2

/** How the outputs of one dimension are made, as resize-kernel.wat reads it. */
interface Table {
  readonly records: Int32Array
  readonly recordBytes: number
}

/** @param inputBytes - from one input to the next */
function tableFor(inputSize: number, outputSize: number, filter: Filter, inputBytes: number): Table {
  const { first, counts, weights, most } = filterWeights(inputSize, outputSize, filter)
  const recordLength = RECORD_HEAD + most
  const records = new Int32Array(outputSize * recordLength)
  for (let output = 0, record = 0; output < outputSize; output++, record += recordLength) {
    records[record] = first[output]! * inputBytes
    records[record + 1] = counts[output]! * Int32Array.BYTES_PER_ELEMENT
    for (let i = 0; i < counts[output]!; i++) {
      const weight = weights[output * most + i]! * (1 << FRACTION_BITS)
      records[record + RECORD_HEAD + i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5)
    }
  }
  return { records, recordBytes: recordLength * Int32Array.BYTES_PER_ELEMENT }
}

/** A kernel whose memory holds the table, an input and an output, in this order, and the few bytes that it may touch behind. */
function kernelFor(table: Table, inputBytes: number, outputBytes: number) {
  const input = table.records.byteLength
  const output = input + inputBytes
  const kernel = resizeKernel(output + outputBytes + 8)
  kernel.memory.set(new Uint8Array(table.records.buffer))
  return { ...kernel, input, output }
}

/** Pixels after which the event loop gets a turn: a few milliseconds of work. */
const PIXELS_A_TURN = 1 << 20

async function resizeWidth(image: RgbImage, width: number, filter: Filter): Promise<RgbImage> {
  if (image.width === width) return image
  const table = tableFor(image.width, width, filter, 3)
  const [inputBytes, outputBytes] = [image.width * 3, width * 3]
  // Row by row: the same little memory for all of them is faster than new memory for each.
  const { memory, input, output, resizeRow } = kernelFor(table, inputBytes, outputBytes)
  const result = memory.subarray(output, output + outputBytes)
  const data = new Uint8Array(image.height * outputBytes)
  const rowsATurn = Math.ceil(PIXELS_A_TURN / Math.max(image.width, width))
  for (let row = 0; row < image.height; row++) {
    if (row > 0 && row % rowsATurn === 0) await setImmediate()
    memory.set(image.data.subarray(row * inputBytes, (row + 1) * inputBytes), input)
    resizeRow(input, 0, table.recordBytes, output, output + outputBytes)
    data.set(result, row * outputBytes)
  }
  return { width, height: image.height, data }
}

async function resizeHeight(image: RgbImage, height: number, filter: Filter): Promise<RgbImage> {
  if (image.height === height) return image
  const rowBytes = image.width * 3
  const table = tableFor(image.height, height, filter, rowBytes)
  const kernel = kernelFor(table, image.height * rowBytes, height * rowBytes)
  kernel.memory.set(image.data, kernel.input)
  const rowsATurn = Math.ceil(PIXELS_A_TURN / (image.width * Math.max(1, image.height / height)))
  for (let row = 0; row < height; row++) {
    if (row > 0 && row % rowsATurn === 0) await setImmediate()
    kernel.blendRows(kernel.input, rowBytes, row * table.recordBytes, kernel.output + row * rowBytes)
  }
  return {
    width: image.width,
    height,
    data: kernel.memory.slice(kernel.output, kernel.output + height * rowBytes),
  }
}

/** Pillow's ImagingScaleAffine: the place is summed up step by step, so that its rounding is Pillow's. */
function resizeNearest(image: RgbImage, width: number, height: number): RgbImage {
  const columns = nearestPlaces(image.width, width)
  const rows = nearestPlaces(image.height, height)
  const data = new Uint8Array(width * height * 3)
  let to = 0
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * 3
      data[to] = image.data[from]!
      data[to + 1] = image.data[from + 1]!
      data[to + 2] = image.data[from + 2]!
      to += 3
    }
  }
  return { width, height, data }
}

function nearestPlaces(inputSize: number, outputSize: number): Int32Array {
  const step = inputSize / outputSize
  let place = step * 0.5
  return new Int32Array(outputSize).map(() => {
    const nearest = Math.floor(place)
    place += step
    return nearest
  })
}
