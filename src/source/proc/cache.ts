/**
 * Remembers what a function returned for a key, for a number of seconds: directories and files of projects rarely
 * change.
 */
export class Cache<Value> {
  readonly #find: (key: string) => Value;
  readonly #seconds: number;
  readonly #found = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(seconds: number, find: (key: string) => Value) {
    this.#seconds = seconds;
    this.#find = find;
  }

  /** @param now seconds, on any clock that does not jump */
  get(key: string, now: number): Value {
    const known = this.#found.get(key);
    if (known !== undefined && now - known.at < this.#seconds) return known.value;
    const value = this.#find(key);
    this.#found.delete(key);
    this.#found.set(key, { value, at: now });
    if (this.#found.size > 2000) this.#found.delete(this.#found.keys().next().value ?? '');
    return value;
  }
}
