// The ways in which people ask. In braces stands what a scene fills in.

/** Questions by what they ask for. */
export const QUESTIONS = {
  everything: [
    'What is in the picture?',
    'What is in the image?',
    'What can you see?',
    'What do you see in this picture?',
    'What does the picture show?',
    'Which things are in the picture?',
  ],
  atPlace: [
    'What is {place}?',
    'What can you see {place}?',
    'What do you see {place}?',
    'Which thing is {place}?',
    'Which object is {place}?',
  ],
  largest: [
    'What is the largest thing?',
    'What is the biggest thing in the picture?',
    'Which thing is the largest?',
    'Which object is the biggest?',
  ],
  smallest: [
    'What is the smallest thing?',
    'What is the smallest object in the picture?',
    'Which thing is the smallest?',
    'Which object is the tiniest?',
  ],
  beside: [
    'What is {direction} the {thing}?',
    'What can you see {direction} the {thing}?',
    'What do you see {direction} the {thing}?',
    'Which thing is {direction} the {thing}?',
  ],
  where: [
    'Where is the {thing}?',
    'Where is the {thing} in the picture?',
    'Where can you see the {thing}?',
    'Where do you see the {thing}?',
    'In which part of the picture is the {thing}?',
  ],
  howMany: [
    'How many things are there?',
    'How many things are in the picture?',
    'How many objects are there?',
    'How many objects can you see?',
    'How many things do you see in this image?',
  ],
  howManyOf: [
    'How many {things} are there?',
    'How many {things} are in the picture?',
    'How many {things} can you see?',
    'How many {things} do you see?',
    'How many {things} does the picture show?',
  ],
  isThere: [
    'Is there {a}?',
    'Is there {a} in the picture?',
    'Can you see {a}?',
    'Do you see {a} in this image?',
    'Does the picture show {a}?',
  ],
  color: [
    'What color is the {thing}?',
    'What colour is the {thing}?',
    'Which color is the {thing}?',
    'What is the color of the {thing}?',
    'Which color does the {thing} have?',
  ],
  isBeside: [
    'Is the {thing} {direction} the {other}?',
    'Is the {thing} {direction} the {other} in this picture?',
    'Is it true that the {thing} is {direction} the {other}?',
    'Would you say the {thing} is {direction} the {other}?',
  ],
  isLarger: [
    'Is the {thing} larger than the {other}?',
    'Is the {thing} bigger than the {other}?',
    'Does the {thing} look larger than the {other}?',
    'Is it true that the {thing} is larger than the {other}?',
  ],
  isSmaller: [
    'Is the {thing} smaller than the {other}?',
    'Does the {thing} look smaller than the {other}?',
    'Is the {thing} tinier than the {other}?',
    'Is it true that the {thing} is smaller than the {other}?',
  ],
  hasColor: [
    'Is the {thing} {colour}?',
    'Does the {thing} look {colour}?',
    'Is the color of the {thing} {colour}?',
    'Is it true that the {thing} is {colour}?',
  ],
  isAt: [
    'Is the {thing} {place}?',
    'Can you see the {thing} {place}?',
    'Do you see the {thing} {place}?',
    'Is it true that the {thing} is {place}?',
  ],
  areThere: [
    'Are there {number} {things}?',
    'Are there {number} {things} in the picture?',
    'Can you see {number} {things}?',
    'Does the picture show {number} {things}?',
  ],
  backgroundColor: [
    'What color is the background?',
    'What colour is the background?',
    'What is the color of the background?',
    'Which color does the background have?',
  ],
  background: [
    'What is the background?',
    'What is the background like?',
    'What is in the background?',
    'What does the background look like?',
  ],
} as const

/** The ways to name the edges of a picture. */
export const EDGES = {
  left: ['on the left', 'on the left side', 'at the left', 'on the left of the picture'],
  right: ['on the right', 'on the right side', 'at the right', 'on the right of the picture'],
  top: ['at the top', 'on top', 'at the top of the picture', 'in the upper part'],
  bottom: ['at the bottom', 'at the bottom of the picture', 'in the lower part', 'at the very bottom'],
} as const
/** An edge of the picture. */
export type Edge = keyof typeof EDGES

/** The places at which one may ask what is there. */
export const ASKED_PLACES = {
  ...EDGES,
  middle: ['in the middle', 'in the center', 'in the middle of the picture'],
} as const
/** An edge, or the middle. */
export type AskedPlace = keyof typeof ASKED_PLACES

/** The ways to ask for a direction. */
export const ASKED_DIRECTIONS = {
  'to the left of': ['to the left of', 'left of', 'on the left side of', 'on the left of'],
  'to the right of': ['to the right of', 'right of', 'on the right side of', 'on the right of'],
  above: ['above', 'over', 'higher than', 'higher up than'],
  below: ['below', 'under', 'lower than', 'beneath'],
} as const

/** A question as a prompt. */
export const QUESTION_PROMPT = 'Question: {question} Answer:'
