/** Seconds that readings are averaged over, whatever the delay between them. */
export const BUCKET_SECONDS = 15;

/** Number of buckets: one hour. */
export const BUCKETS = 240;

/** Initial size: enough for the first minutes, and most short-lived processes need no more. */
const FIRST_ROOM = 16;

/** One figure over the last hour: the mean of each bucket in a ring buffer, and the newest reading. */
export class Series {
  /** The mean of bucket b is at index b modulo the length. */
  #means = new Float32Array(FIRST_ROOM);
  #first = -1;
  #last = -1;
  #sum = 0;
  #count = 0;
  #latest = Number.NaN;
  #recent = Number.NaN;

  /**
   * Adds a value.
   * @param bucket from 0, never less than the bucket of the value before
   * @param weight how much the value changes `recent`, 0 to 1
   */
  add(bucket: number, value: number, weight = 1): void {
    if (this.#first < 0) {
      this.#first = bucket;
      this.#last = bucket;
    } else if (bucket > this.#last) {
      this.#makeRoom(bucket);
      const from = Math.max(this.#last + 1, bucket - BUCKETS + 1);
      for (let skipped = from; skipped < bucket; skipped++) this.#set(skipped, Number.NaN);
      this.#first = Math.max(this.#first, bucket - BUCKETS + 1);
      this.#last = bucket;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += value;
    this.#count += 1;
    this.#set(bucket, this.#sum / this.#count);
    this.#latest = value;
    this.#recent = Number.isNaN(this.#recent) ? value : this.#recent + (value - this.#recent) * weight;
  }

  get latest(): number {
    return this.#latest;
  }

  get recent(): number {
    return this.#recent;
  }

  /** Visits the buckets from `oldest` on that have a value, oldest first. */
  each(oldest: number, visit: (bucket: number, mean: number) => void): void {
    for (let bucket = Math.max(this.#first, oldest); bucket <= this.#last; bucket++) {
      const mean = this.#get(bucket);
      if (!Number.isNaN(mean)) visit(bucket, mean);
    }
  }

  #get(bucket: number): number {
    return this.#means[bucket % this.#means.length] ?? Number.NaN;
  }

  #set(bucket: number, mean: number): void {
    this.#means[bucket % this.#means.length] = mean;
  }

  #makeRoom(bucket: number): void {
    if (bucket - this.#first < this.#means.length || this.#means.length === BUCKETS) return;
    const kept = new Float32Array(BUCKETS);
    for (let old = this.#first; old <= this.#last; old++) kept[old % BUCKETS] = this.#get(old);
    this.#means = kept;
  }
}
