// What the demo's server and its page say to each other: every request, answer and event. docs/demo-api.md tells the same
// with curl. Paths are relative to the page, which may lie behind a proxy.
//
// All but the page's own files, the examples, the stickers and `GET api/health` need the header `authorization: Bearer TOKEN`.

/** The header that names a client, a random word per tab: the queue is fair between clients. */
export const CLIENT_HEADER = 'x-client'

/** `GET api/health`. */
export interface Health {
  readonly status: 'ok'
}

/** How a model's weights are stored; `original` is the checkpoint itself, in ONNX Runtime. */
export type Weights = 'original' | 'fp32' | 'fp16' | 'int8' | 'int4'

/** A model that can be asked, is being made ready, or can be. */
export interface ModelEntry {
  /** What requests call it: `WEIGHTS` or `WEIGHTS@DEVICE`. */
  readonly id: string
  /** For people, such as `kosmos2-tiny INT4`. */
  readonly name: string
  readonly weights: Weights
  /** `CPU`, `GPU`, ...; the original runs on `CPU`. */
  readonly device: string
  /**
   * `ready`: in memory. `loading`: being converted, read or compiled. `available`: becomes ready when it is asked or
   * through `POST api/models`. `failed`: `message` says why; another try is allowed.
   */
  readonly state: 'ready' | 'loading' | 'available' | 'failed'
  readonly message?: string
  /** Its weights on disk, where they are there. */
  readonly bytes?: number
  /** While it loads. */
  readonly progress?: LoadProgress
}

/** How far a model is on its way. */
export interface LoadProgress {
  /** What is being done: `wait`, `read`, `download`, `compare`, `convert` or `compile`; `total` is 0 where it is not known. */
  readonly part: string
  readonly loaded: number
  readonly total: number
}

/** `GET api/state`, and the event `state`. */
export interface State {
  /** All models: those in memory or on disk, and those that can be made. */
  readonly models: readonly ModelEntry[]
  readonly devices: readonly Device[]
  /** The id of the model that a page begins with. */
  readonly default: string
  readonly checkpoint: {
    /** Its folder's or its repository's name. */
    readonly name: string
    /** Whether it is the small model of drawn scenes that comes with the project: photographs are beyond it. */
    readonly isEmbedded: boolean
    /** Places that a picture takes in the prompt, latent_query_num. */
    readonly latents: number
  }
  readonly limits: Limits
  readonly examples: readonly Example[]
  /** Where the drawings for making scenes are; null without. */
  readonly stickers: { readonly path: string } | null
  /** Of this package. */
  readonly version: string
}

/** Where a converted model can run, as OpenVINO names it. */
export interface Device {
  readonly name: string
  readonly fullName: string
}

/** What a request may ask for at most. */
export interface Limits {
  /** Bytes of a picture's file. */
  readonly uploadBytes: number
  /** Pixels of a picture. */
  readonly pixels: number
  /** Characters of a prompt, in UTF-16 code units. */
  readonly promptCharacters: number
  readonly newTokens: number
  readonly beams: number
  /** Seconds that one answer may take, its waiting left out. */
  readonly seconds: number
  /** Seconds that a request may take to come in, its picture included. */
  readonly requestSeconds: number
  /** Requests that may wait, those of all clients together. */
  readonly queue: number
  /** Boxes of a request. */
  readonly boxes: number
}

/** An example picture: the page fetches `path` and uploads what it gets, as any other picture. */
export interface Example {
  readonly name: string
  readonly path: string
  readonly width: number
  readonly height: number
}

/**
 * `POST api/pictures`, whose body is the picture's file, gives 201 and this. Pictures are forgotten when there are too
 * many: a request that names one that is gone gets 404 with `PICTURE_UNKNOWN`, and the picture is uploaded again.
 */
export interface Picture {
  readonly id: string
  /** In pixels, EXIF orientation applied. */
  readonly width: number
  readonly height: number
  /** Told by content. */
  readonly format: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif'
}

/** x1, y1, x2, y2; fractions of the picture's width and height unless said otherwise. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number]

/**
 * What is asked.
 * - `caption`, `detail`: what is in the picture; `text` is not used
 * - `ground`: `text` is the phrase to find
 * - `describe`: what is in `boxes`, one or more
 * - `ask`: `text` is the question; it may hold phrases whose boxes are `boxes`
 * - `prompt`: `text` is the whole prompt, tags and all; `<phrase>`s take `boxes` in their order
 */
export type Task = 'caption' | 'detail' | 'ground' | 'describe' | 'ask' | 'prompt'

/** How an answer is generated; what is left out is as in the model's `generate`. */
export interface Settings {
  /** Integer from 1 to `limits.newTokens`. @default 128, or what the limit leaves */
  readonly max_new_tokens?: number
  /** Integer from 1 to `limits.beams`. With more than one there are no `token` events. @default 1 */
  readonly num_beams?: number
  /** Draws tokens by chance. @default false */
  readonly do_sample?: boolean
  /** Above 0; only with `do_sample`. @default 1 */
  readonly temperature?: number
  /** Integer from 0; only with `do_sample`. */
  readonly seed?: number
}

/**
 * `POST api/answers`, answered by a stream of AnswerEvents, or by an error before anything runs. A connection that the
 * client closes stops the model.
 */
export interface AnswerRequest {
  readonly picture: string
  readonly task: Task
  /** Whether phrases are linked to boxes: not for `ground`, which always is, nor for `prompt`, which says so itself. */
  readonly grounded?: boolean
  readonly text?: string
  /**
   * Each box of `describe`, or one box for each `<phrase>` of the prompt that has no `<object>` yet, in order. A number
   * of boxes other than that of the phrases is an error.
   */
  readonly boxes?: readonly Corners[]
  /** The id of a model; the default one if left out. */
  readonly model?: string
  readonly settings?: Settings
  /** Whether `answer` carries the corner maps of its boxes. @default false */
  readonly maps?: boolean
}

/** A phrase of a text and its boxes. */
export interface AnswerEntity {
  readonly name: string
  /** Code points of `text` that it covers, end excluded. */
  readonly span: readonly [start: number, end: number]
  readonly boxes: readonly Corners[]
}

/**
 * A box of an answer. Order: entities, then the boxes of each. A box that a prompt wrote outside the grid is in its entity
 * alone.
 */
export interface AnswerBox {
  /** Which entity of the answer. */
  readonly entity: number
  /** Which of that entity's boxes. */
  readonly index: number
  readonly fractions: Corners
  readonly pixels: Corners
  /** Cells of the 32 x 32 grid, row * 32 + column, of the upper left and the lower right corner. */
  readonly patches: readonly [upperLeft: number, lowerRight: number]
  /** How likely each written corner was among all cells, 0 to 1; null for a box that the prompt gave. */
  readonly confidence: readonly [upperLeft: number, lowerRight: number] | null
  /** The box between the cells, in fractions, by the likelihoods about each corner; null for a box of the prompt. */
  readonly finer: Corners | null
  /**
   * With `maps`: for the upper left and the lower right corner the likelihood of every cell, row by row, side * side
   * little-endian float32, in base64.
   */
  readonly maps?: readonly [upperLeft: string, lowerRight: string]
}

/** When things happened, in milliseconds. */
export interface Timing {
  /** From the request to the start of the model. */
  readonly queuedMs: number
  /** From the start of the model to the first new token; null with beams. */
  readonly firstTokenMs: number | null
  /** New tokens. */
  readonly tokens: number
  /** Behind the first one; null where there is none. */
  readonly tokensPerSecond: number | null
  /** From the request to the answer. */
  readonly totalMs: number
}

/** The events of `POST api/answers`: the name of the server-sent event, and its JSON data. */
export interface AnswerEvents {
  /** How many requests come before this one; again whenever it changes. */
  queued: { readonly position: number }
  /** The model that was asked is being made ready. */
  loading: { readonly model: string } & LoadProgress
  /** The model begins. `prompt` is what it is given, tags included, without the picture's places. */
  started: { readonly prompt: string }
  /** `text` goes on by whole words, as people read it; `raw` by what the model wrote, tags included. Either may be empty. */
  token: { readonly text: string; readonly raw: string }
  /** An entity whose list of boxes is complete; `span` is within all of the `text` so far, which may not have come yet. */
  entity: AnswerEntity
  /** The end. Its `text` replaces what was streamed. */
  answer: FinishedAnswer
  /** The end, for a reason. */
  failed: Problem
}

export interface FinishedAnswer {
  /** What was asked and answered, without tags. */
  readonly text: string
  /** The same, tags included. */
  readonly raw: string
  readonly entities: readonly AnswerEntity[]
  readonly boxes: readonly AnswerBox[]
  /** How likely the answer's tokens were, 0 to 1, as their geometric mean. */
  readonly confidence: number
  readonly timing: Timing
  /** Whether it was cut by the limit of new tokens. */
  readonly limited: boolean
}

/** One event of an answer. */
export type AnswerEvent = {
  [Name in keyof AnswerEvents]: { readonly event: Name; readonly data: AnswerEvents[Name] }
}[keyof AnswerEvents]

/** `POST api/models`: makes a model ready in the background; gives 202 and its ModelEntry. */
export interface ModelRequest {
  readonly weights: Weights
  /** @default the device of the default model */
  readonly device?: string
}

/** The events of `GET api/events`, which goes on until either side ends it. */
export interface ServerEvents {
  /** At first, and whenever it changes. */
  state: State
  /** A model on its way; often. */
  progress: { readonly model: string } & LoadProgress
}

/** The body of every answer that is an error, and the data of `failed`. */
export interface Problem {
  readonly code: ProblemCode
  /** What was expected, what came and what to do. */
  readonly message: string
}

export type ProblemCode =
  | 'BAD_REQUEST' // 400: a field that is missing, unknown, of another type or out of range
  | 'EMPTY' // 400: a picture of no bytes
  | 'UNAUTHORIZED' // 401: no token, or another
  | 'FORBIDDEN' // 403: a page or a name of another origin
  | 'NOT_FOUND' // 404: no such address
  | 'PICTURE_UNKNOWN' // 404: never uploaded, or forgotten since: upload it again
  | 'MODEL_UNKNOWN' // 404
  | 'TIMEOUT' // 408: the request came too slowly, or the answer took longer than limits.seconds
  | 'TOO_LARGE' // 413: of bytes or pixels
  | 'NOT_AN_IMAGE' // 415: neither PNG, JPEG, WebP, GIF, TIFF nor AVIF
  | 'DAMAGED' // 400: a picture that ends early or cannot be decoded
  | 'QUEUE_FULL' // 429: try again after `retry-after` seconds
  | 'MODEL_FAILED' // the model cannot be made ready; in `failed` and in ModelEntry
  | 'STOPPING' // 503: the server is being stopped
  | 'INTERNAL' // 500: a fault of the server, which its log tells
