// How sure the model was, for people.

/** @param likelihood - 0 to 1 */
export const percent = (likelihood: number): string => `${Math.round(likelihood * 100)} %`
