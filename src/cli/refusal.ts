/** The command cannot be done. The message is the reason, one line on stderr. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The exit code: 1, or the one of the signal that interrupted it. */
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}
