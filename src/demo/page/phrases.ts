// Phrases of a prompt that wait for a box.

/** A phrase in tags with no object behind it. */
const OPEN_PHRASE = /<phrase>.*?<\/phrase>(?!\s*<object>)/g

/** How many boxes a text takes: one for each phrase that has none yet. */
export const countOpenPhrases = (text: string): number => text.match(OPEN_PHRASE)?.length ?? 0
