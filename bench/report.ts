const MB = 1024 * 1024;

export const ms = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`;
export const mb = (bytes: number) => `${(bytes / MB).toFixed(0)} MB`;
export const ratio = (value: number) => `${value.toFixed(2)}×`;

/** Of values in order, the one below which that share of them is. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** What one part of the benchmark found. */
export interface Part {
  readonly lines: readonly string[];
  readonly budgets: readonly string[];
  /** Processes on the machine, and seconds on CPU of a refresh of workertop's. */
  readonly cost?: { readonly processes: number; readonly cpu: number } | undefined;
}

/** What is found, printed at once and kept for a file. */
export class Report {
  readonly #lines: string[] = [];
  readonly #budgets: string[] = [];
  cost: Part['cost'];

  say(...lines: readonly string[]): void {
    this.#lines.push(...lines);
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** A budget that is so many times something. */
  budget(what: string, value: number, most: number, of: string): void {
    this.verdict(what, `${ratio(value)} ${of}`, `≤ ${ratio(most)}`, value <= most);
  }

  verdict(what: string, measured: string, allowed: string, met: boolean): void {
    this.#budgets.push(`| ${what} | ${measured} | ${allowed} | ${met ? 'met' : '**missed**'} |`);
  }

  budgets(rows: readonly string[]): void {
    this.say('| budget | measured | allowed | |', '| --- | --- | --- | --- |', ...rows);
  }

  get part(): Part {
    return { lines: this.#lines, budgets: this.#budgets, cost: this.cost };
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
