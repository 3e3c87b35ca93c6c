/** Most keys that a cache remembers. */
const MOST_KEPT = 2000;

/**
 * Remembers what a function returned for a key, for a number of seconds: directories and files of projects rarely
 * change.
 */
export class Cache<Value> {
  readonly #compute: (key: string) => Value;
  readonly #seconds: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(seconds: number, compute: (key: string) => Value) {
    this.#seconds = seconds;
    this.#compute = compute;
  }

  /** @param now seconds, on any clock that does not jump */
  get(key: string, now: number): Value {
    const entry = this.#entries.get(key);
    if (entry !== undefined && now - entry.at < this.#seconds) return entry.value;
    const value = this.#compute(key);
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: now });
    if (this.#entries.size > MOST_KEPT) this.#entries.delete(this.#entries.keys().next().value ?? '');
    return value;
  }
}
