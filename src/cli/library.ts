// The library, loaded when a command begins its work: help and mistakes are answered without it, four times as fast.

export const library = (): Promise<typeof import('../index.ts')> => import('../index.ts')
