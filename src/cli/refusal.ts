/** It could not be done, with the reason: one line for stderr. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The exit code: 1, or that of the signal which broke it off. */
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}
