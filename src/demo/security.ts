// Who may ask the server: holders of the token, pages of its own origin, and names that are its own.
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { Refusal } from './refusal.ts'

/** What is looked at of a request. */
export interface Knock {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

export interface GuardOptions {
  /** Where the server listens: a name or an address. */
  readonly host: string
  /** Null where none is asked for. */
  readonly token: string | null
  /** Origins besides the server's own, such as `https://hub.example.org`: of a proxy, or of a page with its frame. */
  readonly allowedOrigins: readonly string[]
}

export interface Guard {
  /** @throws {Refusal} `FORBIDDEN` for a name that is not the server's, or a page of another origin */
  checkOrigin(knock: Knock): void
  /** @throws {Refusal} `UNAUTHORIZED` without the token */
  checkToken(knock: Knock): void
}

/** Checks requests. @throws {TypeError} for an allowed origin that is none */
export function createGuard({ host, token, allowedOrigins }: GuardOptions): Guard {
  const allowed = new Set(allowedOrigins.map(readOrigin))
  const names = new Set([bare(host), ...[...allowed].map((origin) => bare(new URL(origin).hostname))])
  const isAnyAddress = host === '0.0.0.0' || host === '::'
  const expected = token === null ? undefined : digest(token)

  // A page on the internet can make its own name lead to this machine; it cannot make its name one of these. Loopback
  // counts with every port: behind Jupyter's proxy the browser's address is Jupyter's.
  const isOwnName = (name: string): boolean =>
    isLoopback(name) || names.has(bare(name)) || (isAnyAddress && isIP(bare(name)) !== 0)

  return {
    checkOrigin({ host: asked, origin }) {
      const name =
        asked !== undefined && URL.canParse(`http://${asked}`) ? new URL(`http://${asked}`) : undefined
      if (name === undefined || !isOwnName(name.hostname))
        throw new Refusal(
          'FORBIDDEN',
          `Expected a name of this server in the address; to reach it by another, name its origin in allowedOrigins`,
        )
      if (origin === undefined || allowed.has(origin)) return
      // The scheme may differ: a proxy may speak https to the browser.
      if (URL.canParse(origin) && new URL(origin).host === name.host) return
      throw new Refusal(
        'FORBIDDEN',
        `Expected a page of this server, but the request comes from one of another origin; allow it with allowedOrigins`,
      )
    },
    checkToken({ authorization }) {
      if (expected === undefined) return
      const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
      if (given === undefined || !timingSafeEqual(digest(given), expected))
        throw new Refusal(
          'UNAUTHORIZED',
          `Expected the token of this server as \`authorization: Bearer TOKEN\`, but ${given === undefined ? 'none came' : 'another came'}; it is in the address that the server printed`,
        )
    },
  }
}

/** The headers of every answer. @param frames - origins that may show the page in a frame, besides its own */
export function securityHeaders(frames: readonly string[]): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${["'self'", ...frames.map(readOrigin)].join(' ')}`,
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  }
}

function readOrigin(origin: string): string {
  if (URL.canParse(origin) && /^https?:/.test(origin)) {
    const url = new URL(origin)
    if (url.origin === origin.replace(/\/$/, '')) return url.origin
  }
  throw new TypeError(
    `Expected origins such as http://localhost:8888 for allowedOrigins but received ${JSON.stringify(origin)}`,
  )
}

/** As URL spells it, `[::1]` without its brackets. */
const bare = (name: string): string => name.replace(/^\[|\]$/g, '').toLowerCase()

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))
}

// Equally long whatever comes, so that the time of the comparison says nothing.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
