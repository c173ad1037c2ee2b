// The styles of drawing: which set of icons each is, and whose.

/** A set of icons. */
export interface Style {
  readonly name: string
  /** The npm package with the set, and the version that data/sprites was made from. */
  readonly package: string
  readonly version: string
  /** The longer side of its sprites, in pixels. */
  readonly size: number
}

/** Every style that there are sprites of. */
export const STYLES = [
  { name: 'fluent-flat', package: '@iconify-json/fluent-emoji-flat', version: '1.2.6', size: 112 },
  { name: 'fluent', package: '@iconify-json/fluent-emoji', version: '1.2.7', size: 104 },
  { name: 'noto', package: '@iconify-json/noto', version: '1.2.9', size: 104 },
  { name: 'twemoji', package: '@iconify-json/twemoji', version: '1.2.5', size: 112 },
] as const satisfies readonly Style[]

/** The name of a style. */
export type StyleName = (typeof STYLES)[number]['name']

/** The styles that are trained on. */
export const TRAINED_STYLES: readonly StyleName[] = ['fluent-flat', 'fluent', 'noto']
/** The style that is kept back: what a model makes of drawings that it never saw. */
export const HELD_OUT_STYLES: readonly StyleName[] = ['twemoji']

/** Whether a text is the name of a style. */
export const isStyleName = (name: string): name is StyleName => STYLES.some((style) => style.name === name)
