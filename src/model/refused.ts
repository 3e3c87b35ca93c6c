/**
 * Why something cannot be done, as a sentence. Functions that return a value or this say `T | Refused`. Functions that
 * have no value to return say `string | null`: the sentence, or null if nothing speaks against it.
 */
export interface Refused {
  readonly refused: string;
}

/** Whether this is a refusal, not a value. */
export function isRefused(answer: object): answer is Refused {
  return 'refused' in answer;
}
