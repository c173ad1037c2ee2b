// The compiled inner loops of resize.ts, whose source is resize-kernel.wat: JavaScript has no way to say "four products
// at once", and without it resizing takes several times as long as the rest of reading a picture.
import { kernelFrom } from '../web-assembly.ts'

/** Of resize-kernel.wat as it was compiled; scripts/kernels.ts writes this and the code. */
export const SOURCE_SHA256 = 'aee2eec4110593654df3193a79db7d365861a23cfe8a68e3c3028a532dc9cf64'
const CODE =
  'AGFzbQEAAAABEAJgBX9/f39/AGAEf39/fwADAwIAAQUDAQABByIDBm1lbW9yeQIACXJlc2l6ZVJvdwAACWJsZW5kUm93cwABCukC' +
  'AqABAgN/AXsDQCAAIAEoAgBqIQUgAUEIaiEGIAYgASgCBGohB/0MAAAgAAAAIAAAACAAAAAgACEIA0AgCCAG/QkCACAF/VwCAP2J' +
  'Af2pAf21Af2uASEIIAVBA2ohBSAGQQRqIQYgBiAHSQ0ACyAIQRb9rAEhCCAIIAj9hQEhCCADIAggCP1m/VoCAAAgA0EDaiEDIAEg' +
  'AmohASADIARJDQALC8QBAgR/BHsgACACKAIAaiEAIAJBCGogAigCBGohBwNAIAAgBGohBSACQQhqIQb9DAAAIAAAACAAAAAgAAAA' +
  'IAAhCiAKIQsDQCAF/V0DAP2JASEIIAb9CQIAIQkgCiAJIAj9qQH9tQH9rgEhCiALIAkgCP2qAf21Af2uASELIAUgAWohBSAGQQRq' +
  'IQYgBiAHSQ0ACyAKQRb9rAEgC0EW/awB/YUBIQogAyAEaiAKIAr9Zv1bAwAAIARBCGohBCAEIAFJDQALCw=='

interface ResizeFunctions {
  /**
   * Makes one row of another width, 3 bytes a pixel.
   * @param record - the first of the records that say how the outputs are made
   * @param outputEnd - where the output row ends
   */
  readonly resizeRow: (
    input: number,
    record: number,
    recordBytes: number,
    output: number,
    outputEnd: number,
  ) => void
  /** Makes one row of a picture of another height from whole rows of `rowBytes` bytes, as `record` says. */
  readonly blendRows: (input: number, rowBytes: number, record: number, output: number) => void
}

/** A kernel with at least `bytes` bytes of memory. */
export const resizeKernel = kernelFrom<ResizeFunctions>(CODE)
