// Numbers as colours: a scale whose lightness grows evenly, for everyone's eyes and in print.
import { channels } from './colours.ts'

/** Nine colours of viridis, by Stéfan van der Walt and Nathaniel Smith (CC0), from dark to light at even steps. */
const viridisColours = [
  '#440154',
  '#472D7B',
  '#3B528B',
  '#2C728E',
  '#21918C',
  '#28AE80',
  '#5EC962',
  '#ADDC30',
  '#FDE725',
]

/** The colour of a value from 0 to 1, as `#rrggbb`; between the nine colours it is mixed. */
export function viridis(value: number): string {
  const place = Math.min(Math.max(value, 0), 1) * (viridisColours.length - 1)
  const below = Math.min(Math.floor(place), viridisColours.length - 2)
  const from = channels(viridisColours[below]!)
  const to = channels(viridisColours[below + 1]!)
  const mixed = from.map((channel, index) => Math.round(channel + (to[index]! - channel) * (place - below)))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
