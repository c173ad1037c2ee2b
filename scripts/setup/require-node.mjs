// The first import of every script: stops with one sentence where Node is too old or the system is not supported.
// It may hold only what a very old Node can read; the scripts import the rest afterwards, by `await import()`.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old: this project needs Node 20.19 or newer; get it from https://nodejs.org or with your version manager (for example: nvm install 24).`,
  )
  process.exit(1)
}
if (process.platform === 'win32') {
  console.error('The scripts run on Linux and macOS; on Windows, clone and run the project inside WSL.')
  process.exit(1)
}
