// The things that scenes are made of: what they are called, and which icons draw them. Icons have the same names in
// all sets of `styles.ts`, and every set has all of them.

/** What a thing belongs to, where people have a word for it. */
export type Category = 'animal' | 'food' | 'plant' | 'vehicle' | 'tool' | 'instrument' | 'building'

/** The names of colours. */
export const COLOURS = [
  'black',
  'blue',
  'brown',
  'gray',
  'green',
  'orange',
  'pink',
  'purple',
  'red',
  'white',
  'yellow',
] as const
/** One of the colours. */
export type Colour = (typeof COLOURS)[number]

/** One way to draw a thing. */
export interface Drawing {
  /** The icon's name in the sets. */
  readonly icon: string
  /** Its colour, where everybody would name the same one. */
  readonly colour?: Colour
}

/** A kind of thing. */
export interface Kind {
  /** One of them, without article: "dog". */
  readonly name: string
  /** Several of them: "dogs". */
  readonly plural: string
  /** "a" or "an". */
  readonly article: string
  readonly drawings: readonly Drawing[]
  readonly category?: Category
}

/** A row of the table: name and icons, with `:colour` behind an icon, and the plural where the rules miss it. */
type Row = readonly [name: string, icons?: string, plural?: string]

const ANIMALS: readonly Row[] = [
  ['dog', 'dog dog-face'],
  ['cat', 'cat cat-face'],
  ['horse', 'horse horse-face'],
  ['cow', 'cow cow-face'],
  ['pig', 'pig:pink pig-face:pink'],
  ['rabbit', 'rabbit rabbit-face'],
  ['mouse', 'mouse mouse-face', 'mice'],
  ['tiger', 'tiger tiger-face'],
  ['monkey', 'monkey monkey-face'],
  ['whale', 'whale spouting-whale'],
  ['dragon', 'dragon'],
  ['bear', 'bear'],
  ['panda', 'panda'],
  ['koala', 'koala'],
  ['fox', 'fox'],
  ['lion', 'lion'],
  ['elephant', 'elephant'],
  ['giraffe', 'giraffe'],
  ['zebra', 'zebra'],
  ['camel', 'camel two-hump-camel'],
  ['sheep', 'ewe', 'sheep'],
  ['unicorn', 'unicorn'],
  ['hippo', 'hippopotamus'],
  ['bat', 'bat'],
  ['rooster', 'rooster'],
  ['chick', 'baby-chick:yellow hatching-chick:yellow front-facing-baby-chick:yellow'],
  ['duck', 'duck'],
  ['swan', 'swan:white'],
  ['owl', 'owl'],
  ['parrot', 'parrot'],
  ['peacock', 'peacock'],
  ['flamingo', 'flamingo:pink'],
  ['penguin', 'penguin'],
  ['frog', 'frog:green'],
  ['turtle', 'turtle'],
  ['crocodile', 'crocodile:green'],
  ['snake', 'snake'],
  ['shark', 'shark'],
  ['fish', 'fish tropical-fish', 'fish'],
  ['octopus', 'octopus'],
  ['crab'],
  ['snail', 'snail'],
  ['butterfly', 'butterfly'],
  ['bee', 'honeybee'],
  ['ladybug', 'lady-beetle'],
  ['spider', 'spider'],
]

const FOOD: readonly Row[] = [
  ['apple', 'red-apple:red green-apple:green'],
  ['banana', 'banana:yellow'],
  ['orange', 'tangerine:orange'],
  ['lemon', 'lemon:yellow'],
  ['watermelon', 'watermelon'],
  ['strawberry', 'strawberry:red'],
  ['pear', 'pear'],
  ['pineapple', 'pineapple'],
  ['avocado', 'avocado:green'],
  ['tomato', 'tomato:red', 'tomatoes'],
  ['eggplant', 'eggplant:purple'],
  ['carrot', 'carrot:orange'],
  ['chili pepper', 'hot-pepper:red'],
  ['croissant', 'croissant'],
  ['hamburger', 'hamburger'],
  ['pizza', 'pizza'],
  ['hot dog', 'hot-dog'],
  ['sandwich', 'sandwich'],
  ['fried egg', 'cooking'],
  ['doughnut', 'doughnut'],
  ['birthday cake', 'birthday-cake'],
  ['cupcake', 'cupcake'],
  ['lollipop', 'lollipop'],
  ['ice cream cone', 'soft-ice-cream'],
]

const PLANTS: readonly Row[] = [
  ['tree', 'deciduous-tree:green'],
  ['pine tree', 'evergreen-tree:green'],
  ['palm tree', 'palm-tree'],
  ['cactus', 'cactus:green', 'cacti'],
  ['sunflower', 'sunflower:yellow'],
  ['rose', 'rose:red'],
  ['tulip', 'tulip'],
  ['mushroom', 'mushroom'],
  ['maple leaf', 'maple-leaf', 'maple leaves'],
]

const VEHICLES: readonly Row[] = [
  ['car', 'automobile oncoming-automobile'],
  ['taxi', 'taxi oncoming-taxi'],
  ['bus', 'bus oncoming-bus', 'buses'],
  ['truck', 'delivery-truck'],
  ['fire truck', 'fire-engine:red'],
  ['police car', 'police-car'],
  ['ambulance', 'ambulance'],
  ['tractor', 'tractor'],
  ['bicycle', 'bicycle'],
  ['motorcycle', 'motorcycle'],
  ['train', 'locomotive'],
  ['airplane', 'airplane small-airplane'],
  ['helicopter', 'helicopter'],
  ['rocket', 'rocket'],
  ['flying saucer', 'flying-saucer'],
  ['sailboat', 'sailboat'],
  ['ship', 'ship'],
]

const TOOLS: readonly Row[] = [
  ['hammer', 'hammer'],
  ['axe', 'axe'],
  ['saw', 'carpentry-saw'],
  ['ladder', 'ladder'],
]

const INSTRUMENTS: readonly Row[] = [
  ['guitar', 'guitar'],
  ['trumpet', 'trumpet'],
  ['drum', 'drum'],
  ['saxophone', 'saxophone'],
  ['accordion', 'accordion'],
]

const BUILDINGS: readonly Row[] = [
  ['house', 'house'],
  ['castle', 'castle'],
  ['church', 'church'],
]

const OTHERS: readonly Row[] = [
  [
    'heart',
    'red-heart:red orange-heart:orange yellow-heart:yellow green-heart:green blue-heart:blue purple-heart:purple',
  ],
  [
    'circle',
    'red-circle:red orange-circle:orange yellow-circle:yellow green-circle:green blue-circle:blue purple-circle:purple',
  ],
  ['book', 'closed-book:red orange-book:orange green-book:green blue-book:blue'],
  ['soccer ball', 'soccer-ball'],
  ['basketball', 'basketball:orange'],
  ['baseball', 'baseball:white'],
  ['football', 'american-football:brown'],
  ['balloon', 'balloon:red'],
  ['kite', 'kite'],
  ['gift', 'wrapped-gift'],
  ['teddy bear', 'teddy-bear'],
  ['trophy'],
  ['puzzle piece', 'puzzle-piece'],
  ['television', 'television'],
  ['camera', 'camera'],
  ['telephone', 'telephone:red'],
  ['laptop', 'laptop'],
  ['alarm clock', 'alarm-clock'],
  ['light bulb', 'light-bulb:yellow'],
  ['candle', 'candle'],
  ['pencil', 'pencil'],
  ['lock', 'locked'],
  ['key', 'key'],
  ['magnet', 'magnet'],
  ['bed', 'bed'],
  ['chair', 'chair'],
  ['toilet', 'toilet'],
  ['door', 'door'],
  ['umbrella', 'umbrella'],
  ['crown', 'crown'],
  ['top hat', 'top-hat'],
  ['shirt', 't-shirt'],
  ['dress', 'dress'],
  ['boot', 'hiking-boot'],
  ['backpack', 'backpack'],
  ['handbag', 'handbag'],
  ['ring', 'ring'],
  ['bell', 'bell'],
  ['bomb', 'bomb'],
  ['anchor', 'anchor'],
  ['traffic light', 'vertical-traffic-light horizontal-traffic-light'],
  ['stop sign', 'stop-sign:red'],
  ['coffee cup', 'hot-beverage'],
  ['teapot', 'teapot'],
  ['wine glass', 'wine-glass'],
  ['robot', 'robot'],
  ['ghost', 'ghost:white'],
  ['alien', 'alien'],
  ['skull', 'skull:white'],
  ['pumpkin', 'jack-o-lantern:orange'],
  ['snowman', 'snowman-without-snow', 'snowmen'],
  ['snowflake', 'snowflake'],
  ['sun', 'sun sun-with-face'],
  ['moon', 'crescent-moon:yellow last-quarter-moon-face:yellow'],
  ['star', 'star:yellow glowing-star:yellow'],
  ['cloud', 'cloud'],
  ['rainbow', 'rainbow'],
  ['globe', 'globe-showing-americas globe-showing-europe-africa'],
  ['bone', 'bone'],
  ['eye', 'eye'],
  ['tent', 'tent'],
]

/** Every kind of thing, in an order that stays. */
export const KINDS: readonly Kind[] = [
  ...rows(ANIMALS, 'animal'),
  ...rows(FOOD, 'food'),
  ...rows(PLANTS, 'plant'),
  ...rows(VEHICLES, 'vehicle'),
  ...rows(TOOLS, 'tool'),
  ...rows(INSTRUMENTS, 'instrument'),
  ...rows(BUILDINGS, 'building'),
  ...rows(OTHERS),
]

const BY_NAME = new Map(KINDS.map((kind) => [kind.name, kind]))

/** The kind of that name. @throws {RangeError} if there is none */
export function kindOf(name: string): Kind {
  const kind = BY_NAME.get(name)
  if (kind === undefined) throw new RangeError(`Expected the name of a thing, but received '${name}'`)
  return kind
}

/** "a dog", "an owl". */
export const withArticle = (name: string): string => `${kindOf(name).article} ${name}`

/** The colour that all drawings of a kind share, if they do: one that can be told without looking. */
export function naturalColour({ drawings }: Kind): Colour | undefined {
  const colour = drawings[0]?.colour
  return drawings.every((drawing) => drawing.colour === colour) ? colour : undefined
}

/** Whether a kind comes in several colours. */
export const isColourful = ({ drawings }: Kind): boolean =>
  drawings.some(({ colour }) => colour !== undefined && colour !== drawings[0]!.colour)

function rows(table: readonly Row[], category?: Category): Kind[] {
  return table.map(([name, icons = name, plural = pluralOf(name)]) => ({
    name,
    plural,
    article: articleOf(name),
    drawings: icons.split(' ').map(drawingOf),
    ...(category === undefined ? {} : { category }),
  }))
}

function drawingOf(text: string): Drawing {
  const [icon = '', colour] = text.split(':')
  if (colour === undefined) return { icon }
  if (!isColour(colour))
    throw new RangeError(`Expected one of ${COLOURS.join(', ')}, but received '${colour}'`)
  return { icon, colour }
}

function isColour(text: string): text is Colour {
  return (COLOURS as readonly string[]).includes(text)
}

/** English plurals that follow the rules. */
function pluralOf(name: string): string {
  if (/(?:s|x|z|ch|sh)$/.test(name)) return `${name}es`
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return `${name}s`
}

/** "an" before a vowel that is heard as one: not in "unicorn", but in "hourglass". */
function articleOf(name: string): string {
  return /^(?:[aeio]|u(?!ni)|hour)/.test(name) ? 'an' : 'a'
}
