// All commands, in the order of help.
import { bench } from './bench.ts'
import { caption } from './caption.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { convert } from './convert.ts'
import { demo } from './demo.ts'
import { ground } from './ground.ts'
import { setup } from './setup.ts'

export const COMMANDS: readonly Command[] = [setup, caption, ground, convert, check, bench, demo]
