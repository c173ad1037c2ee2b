// Where the page begins: what was there before a reload is brought back, and the server is followed.
import { signal } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { hideToken } from './client.ts'
import { history, shown } from './runs.ts'
import { followServer } from './server.ts'
import { picture, showPicture } from './work.ts'

hideToken()
const last = history.value[0]
if (last !== undefined) shown.value = last.map((run) => signal(run))
if (picture.value !== null) void showPicture(picture.value)
const app = document.getElementById('app')!
app.textContent = ''
render(<App />, app)
void followServer()
