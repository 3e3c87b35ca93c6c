/** It could not be done, with the reason: one line for stderr. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The exit code: 1, or 130 where the user broke it off. */
  readonly code: 1 | 130;

  constructor(message: string, code: 1 | 130 = 1) {
    super(message);
    this.code = code;
  }
}
