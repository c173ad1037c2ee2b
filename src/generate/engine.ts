export type * from '../architecture/engine.ts'
