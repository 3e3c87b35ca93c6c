import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { LostLine } from '../source.ts';
import { BadFrame, FrameReader } from './frames.ts';
import { readerProgram } from './reader.ts';
import { functions, preamble, quoted } from './script.ts';
import { workersProgram } from './workers.ts';

/** Most bytes of one answer: `stat` of 10,000 processes takes 3 MB. */
const LARGEST = 32 * 1024 * 1024;

/**
 * Seconds without a byte after which the connection counts as lost: after a request, before the first answer, and while
 * the user may type a password.
 */
const PATIENCE = 15;
const PATIENCE_START = 30;
const PATIENCE_TYPING = 180;

/** Seconds in which ssh must connect. */
const CONNECTING = 15;

/** Milliseconds to wait for ssh's last error message: a program that it started may keep its standard error open. */
const LAST_WORDS = 200;

/** Milliseconds for ssh to exit by itself: it must restore a terminal whose echo it turned off. */
const ENDING = 1000;

/** Most bytes kept of ssh's standard error. */
const MOST_SAID = 4096;

export interface LineOptions {
  /** The destination, as ssh(1) takes it. */
  readonly destination: string;
  /** Whether to run the shell as root, by `sudo -n`. */
  readonly sudo: boolean;
  /** Whether ssh may ask for passwords on the terminal. */
  readonly mayAsk: boolean;
  /** Seconds without a byte after which the connection counts as lost; the default depends on the phase. */
  readonly patience?: number;
}

interface Waiting {
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** Arguments for ssh(1). Keys, ports and jump hosts come from the user's own ssh configuration. */
export function sshArguments({ destination, sudo, mayAsk }: LineOptions): readonly string[] {
  const options = [
    `BatchMode=${mayAsk ? 'no' : 'yes'}`,
    `ConnectTimeout=${CONNECTING}`,
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'Compression=yes',
    'RemoteCommand=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'Tunnel=no',
    // Use an existing shared connection, but never create one: it would end with this process.
    'ControlMaster=no',
  ];
  return ['-T', ...options.flatMap((option) => ['-o', option]), '--', destination, sudo ? 'sudo -n sh' : 'sh'];
}

/** One ssh process with one shell on the server, which answers one request after the other. */
export class Line {
  readonly nonce = randomBytes(16).toString('hex');
  readonly #options: LineOptions;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #frames = new FrameReader(this.nonce, LARGEST);
  readonly #waiting = new Map<number, Waiting>();
  #said = '';
  #next = 1;
  #heard = 0;
  #began = false;
  #hasReader = false;
  #timer: NodeJS.Timeout | null = null;
  #broken: LostLine | null = null;
  /** Bytes sent and received, before ssh encrypts and compresses them. */
  sent = 0;
  received = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    // The terminal sends SIGINT to ssh too, but workertop decides when to end. ssh keeps an ignored SIGINT ignored.
    this.#child = spawn('sh', ['-c', 'trap "" INT; exec ssh "$@"', 'sh', ...sshArguments(options)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.on('error', () => this.#break('ssh cannot be started'));
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MOST_SAID);
    });
    const ended = () => this.#break(this.#lastWords() ?? 'the connection ended');
    this.#child.on('close', ended).on('exit', () => setTimeout(ended, LAST_WORDS));
    this.#write(preamble(this.nonce));
  }

  /** Why the connection broke; null while it holds. */
  get broken(): LostLine | null {
    return this.#broken;
  }

  /** Runs shell text on the server. @param text bytes, as latin1 @returns its output @throws LostLine */
  request(text: string): Promise<Buffer> {
    return this.ask(this.#hasReader ? asksShell(text) : text);
  }

  /**
   * Sends lines to the reader, or to the shell if there is no reader.
   * @param lines bytes, as latin1
   * @returns the answer
   * @throws LostLine
   */
  ask(lines: string): Promise<Buffer> {
    return this.#send((id) => `${lines}\nz ${id}`);
  }

  /**
   * Starts the reader in place of the shell. No request may be under way.
   * @returns whether awk(1) exists and runs the reader
   * @throws LostLine
   */
  async startReader(): Promise<boolean> {
    const answer = await this.#send((id) => `r ${quoted(readerProgram)} ${id}`);
    this.#hasReader = answer.includes(`${this.nonce}:a\n`);
    const program = quoted(workersProgram);
    // Do not wait for this answer. If the connection breaks, the next request reports it.
    if (this.#hasReader)
      this.ask(`d ${countLines(functions)}\n${functions}\nv ${countLines(program)}\n${program}`).catch(() => {});
    return this.#hasReader;
  }

  /**
   * Runs the program that reads what workers do.
   * @param argumentsOfIt words of a shell
   * @throws LostLine
   */
  look(argumentsOfIt: string): Promise<Buffer> {
    return this.ask(`p ${argumentsOfIt}`);
  }

  /** @param make makes the text of a request from the number of its answer */
  #send(make: (id: number) => string): Promise<Buffer> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#write(`${make(id)}\n`);
      this.#expect();
    });
  }

  close(): void {
    this.#break('it was closed');
  }

  /** Closes the connection and waits until ssh has exited. */
  async end(reason = 'it was closed'): Promise<void> {
    this.#break(reason);
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    await once(this.#child, 'exit');
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.sent += bytes.length;
    this.#child.stdin.write(bytes);
  }

  #hear(chunk: Buffer): void {
    if (this.#broken !== null) return;
    this.received += chunk.length;
    this.#heard += 1;
    try {
      for (const { id, body } of this.#frames.push(chunk)) {
        this.#began = true;
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        waiting?.resolve(body);
      }
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.#break(`the server ${error.message}`);
    }
    this.#expect();
  }

  #expect(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.size === 0 || this.#broken !== null) return;
    const { patience, mayAsk } = this.#options;
    const seconds = patience ?? (this.#began ? PATIENCE : mayAsk ? PATIENCE_TYPING : PATIENCE_START);
    const heard = this.#heard;
    this.#timer = setTimeout(() => {
      // Ctrl-Z may have stopped this process for longer: read what has arrived first.
      this.#timer = setTimeout(() => {
        if (this.#heard === heard) this.#break(`no answer for ${seconds} s`);
      }, 500);
    }, seconds * 1000);
  }

  #break(reason: string): void {
    if (this.#broken !== null) return;
    const { destination } = this.#options;
    this.#broken = new LostLine(`${destination}: ${reason}`);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#child.stdout.destroy();
    this.#child.stdin.destroy();
    if (this.#options.mayAsk && !this.#began) {
      this.#child.kill('SIGTERM');
      setTimeout(() => this.#child.kill('SIGKILL'), ENDING).unref();
    } else this.#child.kill('SIGKILL');
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }

  /** The last line on ssh's standard error, which says why it ended. */
  #lastWords(): string | null {
    return this.#said.trim().split('\n').at(-1)?.trim().replace(/\.$/, '') || null;
  }
}

/** The reader's command to run shell text. */
export function asksShell(text: string): string {
  return `x ${countLines(text)}\n${text}`;
}

function countLines(text: string): number {
  return text.split('\n').length;
}
