import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaProblems } from './schema.ts';

/** The command as it is published; `npm run build` makes it. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The program and the arguments that come before workertop's own. */
export function workertopCommand(): readonly [string, string] {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not there: npm run build`);
  return [process.execPath, CLI];
}

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs workertop to its end, with no terminal. */
export async function workertop(...args: readonly string[]): Promise<Result> {
  const [node, cli] = workertopCommand();
  const child = spawn(node, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** Starts workertop in a process group of its own, as a shell does. */
export function startInGroup(...args: readonly string[]) {
  const [node, cli] = workertopCommand();
  const child = spawn(node, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const group = -(child.pid ?? Number.NaN);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  return {
    ended: once(child, 'close').then(([code]: unknown[]) => ({ code, ...said })),
    /** As Ctrl-C does. */
    interrupt: () => process.kill(group, 'SIGINT'),
    isGone: () => {
      try {
        return !process.kill(group, 0);
      } catch {
        return true;
      }
    },
  };
}

/** Of `list --json`, what the tests with real servers look at. Bytes; unknown is null. */
export interface ListedMemory {
  readonly rss: number;
  readonly pss: number | null;
  readonly uss: number | null;
  readonly file: number | null;
  readonly frees: number | null;
  readonly share: number;
  readonly exact: boolean;
}

export interface ListedProcess {
  readonly pid: number;
  readonly role: string | null;
  readonly command: string;
  readonly state: string;
  readonly memory: ListedMemory;
}

export interface ListedServer {
  readonly kind: string;
  readonly version: string | null;
  readonly app: string | null;
  readonly remark: string | null;
  readonly startedBy: string | null;
  readonly bind: readonly string[];
  readonly queue: number | null;
  readonly activity: {
    readonly basis: string;
    readonly unit: string;
    readonly total: number | null;
    readonly inUse: number | null;
    readonly uses: readonly { readonly type: string; readonly port: number | null; readonly share: number }[];
  } | null;
  readonly workers: {
    readonly current: number;
    readonly configured: number | null;
    readonly configuredBy: string | null;
    readonly most: { readonly count: number; readonly by: string } | null;
    readonly moreThatFit: number | null;
    readonly pools: readonly { readonly name: string; readonly current: number; readonly configured: number | null }[];
  };
  readonly scaling: { readonly method: string; readonly available: boolean; readonly reason: string | null };
  readonly memory: ListedMemory;
  readonly processes: readonly ListedProcess[];
}

export interface ListedProject {
  readonly id: string;
  readonly name: string;
  readonly directory: string | null;
  readonly virtualenv: { readonly name: string; readonly path: string; readonly evidence: string } | null;
  readonly memory: ListedMemory;
  readonly servers: readonly ListedServer[];
  readonly processes: readonly ListedProcess[];
}

export interface Listing {
  readonly host: {
    readonly memory: {
      readonly total: number;
      readonly limitedBy: string;
      readonly used: number;
      readonly available: number;
      readonly cache: number;
      readonly where: readonly { readonly kind: string; readonly bytes: number; readonly droppable: number }[] | null;
    };
  };
  readonly coverage: { readonly processes: number; readonly exact: number };
  readonly projects: readonly ListedProject[];
  readonly system: { readonly processes: number; readonly memory: ListedMemory };
}

/** `workertop list --json`, read. @throws Error with what it said when it failed */
export async function list(...args: readonly string[]): Promise<Listing> {
  const { code, stdout, stderr } = await workertop('list', '--json', ...args);
  if (code !== 0) throw new Error(`workertop list ended with ${code}: ${stderr}`);
  const listing: unknown = JSON.parse(stdout);
  const problems = schemaProblems(listing);
  if (problems.length > 0) throw new Error(`workertop list --json is not as its schema says: ${problems.join('; ')}`);
  return listing as Listing;
}

/** The project in a directory. @throws Error when it is not listed */
export function projectIn(listing: Listing, directory: string): ListedProject {
  const found = listing.projects.find((project) => project.directory === directory);
  if (found === undefined) {
    throw new Error(`no project in ${directory}, only ${listing.projects.map((project) => project.directory)}`);
  }
  return found;
}
