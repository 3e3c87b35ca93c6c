/** The sentence about a mount that does not answer. */
export function silentMount(directory: string): string {
  return `${directory} does not answer: what its files say of projects is unknown.`;
}
