import type { Answer, Continued, FileAnswerer, Question, Viewpoint } from './files.ts';

/** An answer is requested again after this many seconds. The old one is used until the new one has come. */
const LASTING = 60;
const LASTING_UNKNOWN = 10;
const LASTING_EPOLL = 20;

/** Most answers that are kept, over all processes. */
const MOST_KEPT = 8000;

/** Most questions about one process, however many files it names. */
const MOST_QUESTIONS = 300;

/** Bytes read of a file by default. */
const SMALL = 64 * 1024;

interface Kept {
  answer: Answer;
  /** Seconds, on the clock of `look`. */
  at: number;
  readonly lasting: number;
}

/** The answers that have come so far. Looking for a missing answer requests it. */
export class KnownFiles {
  readonly #answerer: FileAnswerer;
  readonly #known = new Map<string, Kept>();
  readonly #asked = new Set<string>();
  #version = 0;
  #idle: (() => void)[] = [];

  constructor(answerer: FileAnswerer) {
    this.#answerer = answerer;
  }

  /** Changes whenever looking again may give something new. */
  get version(): string {
    return `${this.#version} ${this.#answerer.silent.size}`;
  }

  /** The directories of mounts that do not answer. */
  get silent(): readonly string[] {
    return [...this.#answerer.silent.values()];
  }

  /**
   * A view of the files at this time.
   * @param now seconds, on any clock that does not jump
   */
  look(viewpoint: Viewpoint, now: number): FileView {
    let questions = 0;
    return new FileView((question) => {
      questions += 1;
      if (questions > MOST_QUESTIONS) return { status: 'unknown', mount: null };
      return this.#get(viewpoint, question, now);
    });
  }

  /** Resolves once no question is open. */
  async settled(): Promise<void> {
    if (this.#asked.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #get(viewpoint: Viewpoint, question: Question, now: number): Answer | null {
    const key = keyOf(viewpoint, question);
    const kept = this.#known.get(key);
    if (kept !== undefined && !this.#isOld(kept, now)) return kept.answer;
    if (!this.#asked.has(key)) {
      this.#asked.add(key);
      this.#answerer.ask(viewpoint, question).then((answer) => this.#keep(key, question, answer, now));
    }
    return kept?.answer ?? null;
  }

  #isOld({ answer, at, lasting }: Kept, now: number): boolean {
    if (answer.status === 'unknown' && answer.mount !== null) return !this.#answerer.silent.has(answer.mount.device);
    return now - at >= (answer.status === 'unknown' ? LASTING_UNKNOWN : lasting);
  }

  #keep(key: string, { kind }: Question, answer: Answer, at: number): void {
    this.#known.delete(key);
    this.#known.set(key, { answer, at, lasting: kind === 'epoll' ? LASTING_EPOLL : LASTING });
    if (this.#known.size > MOST_KEPT) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#asked.delete(key);
    this.#version += 1;
    if (this.#asked.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/**
 * The files of one process, as far as answers have come. Null means that a file does not exist, may not be read, or is
 * not known yet.
 */
export class FileView {
  readonly #get: (question: Question) => Answer | null;
  #waits = false;
  #unknown = false;

  /** @param get null if the answer is still to come */
  constructor(get: (question: Question) => Answer | null) {
    this.#get = get;
  }

  /** Whether a missing answer is still to come. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Whether a missing answer cannot be had. */
  get unknown(): boolean {
    return this.#unknown;
  }

  /**
   * The lines that match.
   * @param limit bytes of the file that are read
   * @param continued how a line continues in the next one
   */
  lines(path: string, wanted: RegExp, limit = SMALL, continued?: Continued): readonly string[] | null {
    return this.#look({ kind: 'lines', path, wanted, limit, ...(continued === undefined ? {} : { continued }) });
  }

  /** Which of these names a directory contains. */
  names(path: string, names: readonly string[]): readonly string[] | null {
    return this.#look({ kind: 'names', path, names });
  }

  /** The names in a directory that match a pattern of `*` and `?`. */
  entries(path: string, glob: string): readonly string[] | null {
    return this.#look({ kind: 'entries', path, glob });
  }

  /** Where a path leads to, links followed. */
  place(path: string): { readonly path: string; readonly identity: string } | null {
    const [real, identity] = this.#look({ kind: 'place', path }) ?? [];
    return real === undefined || identity === undefined ? null : { path: real, identity };
  }

  /** The descriptors that an epoll waits for. @param path of its file in a proc tree */
  epollTargets(path: string): readonly number[] | null {
    return this.#look({ kind: 'epoll', path })?.map(Number) ?? null;
  }

  /**
   * Texts of a JSON file, each found by the names that lead to it; null where there is none.
   * @param limit bytes that the file may have
   */
  json(path: string, members: readonly (readonly string[])[], limit: number): readonly (string | null)[] | null {
    return this.#look({ kind: 'json', path, members, limit })?.map((text) => text || null) ?? null;
  }

  #look(question: Question): readonly string[] | null {
    const answer = this.#get(question);
    if (answer === null) this.#waits = true;
    else if (answer.status === 'unknown') this.#unknown = true;
    return answer?.status === 'value' ? answer.value : null;
  }
}

function keyOf({ key }: Viewpoint, question: Question): string {
  return [key, question.kind, question.path, detailOf(question)].join('\0');
}

function detailOf(question: Question): string {
  switch (question.kind) {
    case 'lines':
      return `${question.limit}\0${question.wanted}\0${question.continued ?? ''}`;
    case 'names':
      return question.names.join('\0');
    case 'newest':
      return String(question.wanted);
    case 'entries':
      return question.glob;
    case 'place':
    case 'epoll':
      return '';
    case 'json':
      return question.members.map((names) => names.join('\x01')).join('\0');
  }
}
