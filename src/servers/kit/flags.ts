export interface Flag {
  /** As written: `-w` or `--workers`. */
  readonly name: string;
  readonly value: string;
}

/** Every use of a flag that takes a value: `-w 3`, `-w3`, `--workers=3` and `--workers 3`. */
export function flags(args: readonly string[], names: readonly string[]): readonly Flag[] {
  const uses: Flag[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') break;
    for (const name of names) {
      const value = arg === name ? args[index + 1] : attachedValue(arg, name);
      if (value === undefined) continue;
      uses.push({ name, value });
      if (arg === name) index++;
      break;
    }
  }
  return uses;
}

function attachedValue(arg: string, name: string): string | undefined {
  if (arg.startsWith(`${name}=`)) return arg.slice(name.length + 1);
  const short = name.length === 2;
  return short && arg.startsWith(name) && arg.length > 2 ? arg.slice(2) : undefined;
}

/** The last use of a flag, which counts for argparse and click; null if it is missing. */
export function flag(args: readonly string[], names: readonly string[]): Flag | null {
  return flags(args, names).at(-1) ?? null;
}

/** Whether a flag occurs, with or without a value. */
export function hasFlag(args: readonly string[], names: readonly string[]): boolean {
  return args.some((arg) => names.includes(arg));
}

/**
 * The arguments that are neither flags nor values of flags.
 * @param switches flags without a value
 */
export function positionals(args: readonly string[], switches: ReadonlySet<string>): readonly string[] {
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') return [...words, ...args.slice(index + 1)];
    if (!arg.startsWith('-') || arg === '-') words.push(arg);
    else if (takesNext(arg) && !switches.has(arg)) index++;
  }
  return words;
}

function takesNext(arg: string): boolean {
  return arg.startsWith('--') ? !arg.includes('=') : arg.length === 2;
}

/** A plain whole number; null for any other text. */
export function wholeNumber(text: string): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

/** Splits a text into words as a shell does, with quotes: for variables that hold arguments. */
export function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
