// A real browser, for tests and measurements.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where systems put a browser that this can drive. */
const INSTALLED = [
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
]

/** An installed browser, or else the one that comes as a package. */
export async function launch(): Promise<Browser> {
  const executablePath = INSTALLED.find((path) => existsSync(path))
  if (executablePath !== undefined) return chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const { default: packaged } = await import('@sparticuz/chromium')
  return chromium.launch({ executablePath: await packaged.executablePath(), args: packaged.args })
}
