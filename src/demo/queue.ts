// Who is next at the model: one request at a time, clients in turn, and no more in the queue than it has places.
import { Refusal } from './refusal.ts'

/** What a request brings to the queue. */
export interface Turn {
  /** Whose it is: clients come in turn, however many requests each has. */
  readonly client: string
  /** Takes the request out of the queue, or ends its waiting: `enter` rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** What must be there before it can run, such as its model; others pass it until then. */
  readonly ready?: Promise<unknown>
  /** Called with how many requests come before this one, the one that runs included: at first, and when that changes. */
  readonly onPosition?: (position: number) => void
}

/** A queue for what can do one thing at a time. */
export interface Queue {
  /** Requests that wait. */
  readonly length: number
  /** @throws {Refusal} `QUEUE_FULL` when all places are taken */
  expectRoom(): void
  /**
   * Waits for a turn, runs the work, and gives the turn on.
   * @throws {Refusal} as `expectRoom`
   * @throws the signal's reason, what `ready` rejects with, or what the work throws
   */
  enter<T>(turn: Turn, work: () => Promise<T>): Promise<T>
}

interface Ticket {
  readonly client: string
  readonly start: () => void
  readonly onPosition: ((position: number) => void) | undefined
  isReady: boolean
  position: number | undefined
}

/**
 * Makes a queue.
 * @param places - how many requests may wait
 */
export function createQueue(places: number): Queue {
  // In the order of their turns: a client that was served goes to the end.
  const clients = new Map<string, Ticket[]>()
  let length = 0
  let isRunning = false

  const remove = (ticket: Ticket): void => {
    const own = clients.get(ticket.client)
    const index = own?.indexOf(ticket) ?? -1
    if (own === undefined || index < 0) return
    own.splice(index, 1)
    length--
    if (own.length === 0) clients.delete(ticket.client)
  }

  /** All tickets in the order in which they will run, if nothing changes and all become ready. */
  const inOrder = (): Ticket[] => {
    const rounds = Math.max(0, ...[...clients.values()].map((own) => own.length))
    return Array.from({ length: rounds }, (_, round) =>
      [...clients.values()].flatMap((own) => own[round] ?? []),
    ).flat()
  }

  const advance = (): void => {
    if (!isRunning) {
      const next = inOrder().find(({ isReady }) => isReady)
      if (next !== undefined) {
        remove(next)
        const rest = clients.get(next.client)
        if (rest !== undefined) {
          clients.delete(next.client)
          clients.set(next.client, rest)
        }
        isRunning = true
        tell(next, 0)
        next.start()
      }
    }
    inOrder().forEach((ticket, index) => {
      tell(ticket, index + (isRunning ? 1 : 0))
    })
  }

  const waitForTurn = ({ client, signal, ready, onPosition }: Turn): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (reason: Error): void => {
        signal.removeEventListener('abort', onAbort)
        remove(ticket)
        advance()
        reject(reason)
      }
      const onAbort = (): void => {
        leave(signal.reason as Error)
      }
      const ticket: Ticket = {
        client,
        onPosition,
        isReady: ready === undefined,
        position: undefined,
        start() {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      signal.addEventListener('abort', onAbort)
      clients.set(client, [...(clients.get(client) ?? []), ticket])
      length++
      ready?.then(() => {
        ticket.isReady = true
        advance()
      }, leave)
      advance()
    })

  const expectRoom = (): void => {
    if (length >= places)
      throw new Refusal(
        'QUEUE_FULL',
        `Expected room in the queue, but all of its ${places} places are taken; try again in a moment`,
      )
  }

  return {
    get length() {
      return length
    },
    expectRoom,
    async enter(turn, work) {
      turn.signal.throwIfAborted()
      expectRoom()
      await waitForTurn(turn)
      try {
        turn.signal.throwIfAborted()
        return await work()
      } finally {
        isRunning = false
        advance()
      }
    },
  }
}

function tell(ticket: Ticket, position: number): void {
  if (ticket.position === position) return
  ticket.position = position
  ticket.onPosition?.(position)
}
