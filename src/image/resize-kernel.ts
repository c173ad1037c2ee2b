// The compiled inner loops of resize.ts, whose source is resize-kernel.wat: JavaScript has no way to say "four products
// at once", and without it resizing takes several times as long as the rest of reading a picture.

/** Of resize-kernel.wat as it was compiled; scripts/resize-kernel.ts writes this and the code. */
export const SOURCE_SHA256 = 'aee2eec4110593654df3193a79db7d365861a23cfe8a68e3c3028a532dc9cf64'
const CODE =
  'AGFzbQEAAAABEAJgBX9/f39/AGAEf39/fwADAwIAAQUDAQABByIDBm1lbW9yeQIACXJlc2l6ZVJvdwAACWJsZW5kUm93cwABCukC' +
  'AqABAgN/AXsDQCAAIAEoAgBqIQUgAUEIaiEGIAYgASgCBGohB/0MAAAgAAAAIAAAACAAAAAgACEIA0AgCCAG/QkCACAF/VwCAP2J' +
  'Af2pAf21Af2uASEIIAVBA2ohBSAGQQRqIQYgBiAHSQ0ACyAIQRb9rAEhCCAIIAj9hQEhCCADIAggCP1m/VoCAAAgA0EDaiEDIAEg' +
  'AmohASADIARJDQALC8QBAgR/BHsgACACKAIAaiEAIAJBCGogAigCBGohBwNAIAAgBGohBSACQQhqIQb9DAAAIAAAACAAAAAgAAAA' +
  'IAAhCiAKIQsDQCAF/V0DAP2JASEIIAb9CQIAIQkgCiAJIAj9qQH9tQH9rgEhCiALIAkgCP2qAf21Af2uASELIAUgAWohBSAGQQRq' +
  'IQYgBiAHSQ0ACyAKQRb9rAEgC0EW/awB/YUBIQogAyAEaiAKIAr9Zv1bAwAAIARBCGohBCAEIAFJDQALCw=='

/** Memory and functions of one instance; addresses are byte offsets in the memory. */
export interface ResizeKernel {
  readonly memory: Uint8Array
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

// The parts of the WebAssembly API in use: the type libraries for Node leave it out.
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

let compiled: object | undefined

const PAGE_BYTES = 65536

/** A kernel with `bytes` bytes of memory. It lives until the memory is forgotten. */
export function resizeKernel(bytes: number): ResizeKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(CODE, 'base64'))
  const { memory, resizeRow, blendRows } = new WebAssembly.Instance(compiled).exports as Exports
  memory.grow(Math.max(0, Math.ceil(bytes / PAGE_BYTES) - 1))
  return { memory: new Uint8Array(memory.buffer), resizeRow, blendRows }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void }
  readonly resizeRow: ResizeKernel['resizeRow']
  readonly blendRows: ResizeKernel['blendRows']
}
