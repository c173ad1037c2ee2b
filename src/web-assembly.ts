// How the kernels are started: inner loops that JavaScript has no words for (several numbers in one instruction),
// compiled to WebAssembly by scripts/kernels.ts and carried in the source as base64.

// The parts of the WebAssembly API in use: the type libraries for Node leave it out.
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** One instance of a kernel: its functions, whose addresses are byte offsets in its memory. */
export type Kernel<Functions> = Functions & { readonly memory: Uint8Array }

const PAGE_BYTES = 65536

/**
 * @param code - of a module that exports functions and `memory`, in base64; it is compiled when it is first needed
 * @returns makes an instance with at least `bytes` bytes of memory, all zero. It lives until its memory is forgotten.
 */
export function kernelFrom<Functions>(code: string): (bytes: number) => Kernel<Functions> {
  let compiled: object | undefined
  return (bytes) => {
    compiled ??= new WebAssembly.Module(Buffer.from(code, 'base64'))
    const { memory, ...functions } = new WebAssembly.Instance(compiled).exports as Functions & WithMemory
    memory.grow(Math.max(0, Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES)))
    return { ...(functions as Functions), memory: new Uint8Array(memory.buffer) }
  }
}

interface WithMemory {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void }
}
