import type { Snapshot } from '../../snapshot.ts';
import { ProcSource } from '../proc/proc-source.ts';
import { type FactRequests, LostLine, type ReadHints, type Source } from '../source.ts';
import { greet, type Server } from './greeting.ts';
import { Line, type LineOptions } from './line.ts';
import { MirrorTree } from './mirror-tree.ts';
import { RemoteFiles } from './remote-files.ts';

/** More environment variables that facts are read from. */
const variables = ['VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH', 'PWD', 'BUNDLE_GEMFILE'];

interface Connected {
  readonly line: Line;
  readonly server: Server;
  readonly source: ProcSource;
}

/** Reads another machine over ssh. After a broken connection, the next reading connects again. */
export class RemoteSource implements Source {
  readonly #options: LineOptions;
  readonly #factRequests: FactRequests;
  #connected: Connected | null = null;
  /** Whether ssh could ask for a password when it first connected. */
  #mightAsk = false;

  get destination(): string {
    return this.#options.destination;
  }

  constructor(options: LineOptions, factRequests: FactRequests) {
    this.#options = options;
    this.#factRequests = factRequests;
  }

  /** The connection in use and its server; null if there is none. */
  get connection(): Pick<Connected, 'line' | 'server'> | null {
    return this.#connected?.line.broken === null ? this.#connected : null;
  }

  /**
   * Connects.
   * @param mayAsk whether ssh may ask for passwords on the terminal
   * @param stop ends the attempt
   * @throws LostLine if it fails, after ssh has exited
   */
  async open(mayAsk: boolean, stop?: AbortSignal): Promise<void> {
    this.#mightAsk = mayAsk;
    this.#connected = await this.#connect(mayAsk, stop);
  }

  async #connect(mayAsk: boolean, stop?: AbortSignal): Promise<Connected> {
    const line = new Line({ ...this.#options, mayAsk });
    stop?.addEventListener('abort', () => void line.end('interrupted'), { once: true });
    try {
      const hasReader = await line.startReader();
      const server = await greet(line);
      const names = [...this.#factRequests.environment, ...variables];
      const tree = new MirrorTree(line, server, names, hasReader);
      const files = new RemoteFiles(line, server);
      const source = await tree.settle(() => new ProcSource({ tree, factRequests: this.#factRequests, files }));
      return { line, server, source };
    } catch (error) {
      await line.end();
      if (error instanceof LostLine) throw error;
      throw new LostLine(`${this.#options.destination}: ${messageOf(error)}`);
    }
  }

  /** @throws LostLine if it fails: ssh cannot ask for a password while the dashboard uses the terminal */
  async #connectAgain(): Promise<Connected> {
    try {
      return await this.#connect(false);
    } catch (error) {
      const needsAnswer = this.#mightAsk && /Permission denied|verification failed/.test(messageOf(error));
      throw needsAnswer
        ? new LostLine(`${messageOf(error)}. ssh asks for a password only at the start: quit and start again`)
        : error;
    }
  }

  /** @throws LostLine if the connection breaks, or cannot be made */
  async read(hints: ReadHints): Promise<Snapshot> {
    if (this.#connected === null) this.#connected = await this.#connectAgain();
    const { line, source } = this.#connected;
    try {
      if (line.broken !== null) throw line.broken;
      return await source.read(hints);
    } catch (error) {
      // The next reading connects again, whatever the error was.
      this.#connected = null;
      const lost = line.broken ?? new LostLine(`${this.#options.destination}: ${messageOf(error)}`);
      source.close();
      throw lost;
    }
  }

  close(): void {
    this.#connected?.source.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
