/** Seconds that readings are averaged over, whatever the delay between them. */
export const BUCKET_SECONDS = 15;

/** An hour. */
export const BUCKETS = 240;

/** One figure over the last hour: the mean of each bucket, in a ring, and the newest reading as it was. */
export class Series {
  readonly #means = new Float32Array(BUCKETS);
  #first: number;
  #last: number;
  #sum = 0;
  #count = 0;
  #latest = Number.NaN;

  /** @param bucket the number of the first bucket */
  constructor(bucket: number) {
    this.#first = bucket;
    this.#last = bucket;
  }

  /** @param bucket never less than that of the value before */
  add(bucket: number, value: number): void {
    if (bucket > this.#last) {
      const from = Math.max(this.#last + 1, bucket - BUCKETS + 1);
      for (let skipped = from; skipped < bucket; skipped++) this.#means[skipped % BUCKETS] = Number.NaN;
      this.#first = Math.max(this.#first, bucket - BUCKETS + 1);
      this.#last = bucket;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += value;
    this.#count += 1;
    this.#means[bucket % BUCKETS] = this.#sum / this.#count;
    this.#latest = value;
  }

  get latest(): number {
    return this.#latest;
  }

  /** Visits the buckets from `oldest` on that have a value, oldest first. */
  each(oldest: number, visit: (bucket: number, mean: number) => void): void {
    for (let bucket = Math.max(this.#first, oldest); bucket <= this.#last; bucket++) {
      const mean = this.#means[bucket % BUCKETS] ?? Number.NaN;
      if (!Number.isNaN(mean)) visit(bucket, mean);
    }
  }
}
