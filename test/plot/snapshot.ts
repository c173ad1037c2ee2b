// How a picture is compared with a saved one: byte for byte, a tag a line so that differences can be read, and
// without the raster inside, whose bytes are the encoder's. `node --test --test-update-snapshots` saves anew.
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'

/** Compares an SVG with `test/plot/snapshots/<name>.svg`. */
export function assertSnapshot(t: TestContext, name: string, svg: string): void {
  const path = fileURLToPath(new URL(`./snapshots/${name}.svg`, import.meta.url))
  t.assert.fileSnapshot(tagPerLine(withoutRaster(svg)), path, { serializers: [String] })
}

/** The SVG with every embedded raster taken out. */
export function withoutRaster(svg: string): string {
  return svg.replace(/data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/=]+/g, 'data:image')
}

/** How often an element or attribute occurs. */
export function count(svg: string, part: string): number {
  return withoutRaster(svg).split(part).length - 1
}

function tagPerLine(svg: string): string {
  return `${svg.replaceAll('><', '>\n<')}\n`
}
