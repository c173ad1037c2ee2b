// Placeholder
export class PrePostProcessor {}
export const resizeAlgorithm = {}
