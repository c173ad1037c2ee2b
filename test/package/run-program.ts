// Runs a program to its end, with everything that it printed in the error when it fails.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** @throws {Error} with both outputs, when the exit status is not 0 */
export async function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(program, args, { cwd, env, maxBuffer: 2 ** 26 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, {
      cause: error,
    })
  }
}
