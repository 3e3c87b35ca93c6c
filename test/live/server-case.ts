/** A server that the tests start for real. */
export interface Case {
  readonly kind: string;
  /** What is special about it, where there are several of a kind. */
  readonly what?: string;
  /** Debian's. */
  readonly packages: readonly string[];
  readonly files?: (port: number, folder: string) => Readonly<Record<string, string>>;
  /** Runs to its end before the server is started. */
  readonly prepare?: (folder: string) => readonly string[];
  readonly command: (port: number, folder: string, redis: number) => readonly string[];
  readonly env?: (folder: string, redis: number) => Readonly<Record<string, string>>;
  /** It needs a redis. */
  readonly redis?: true;
  /** Role of the head, and how many workers it should have. */
  readonly head: string;
  readonly workers: number;
  /** Others that belong to it, at least: routers, reloaders, caches, spoolers. */
  readonly helpers?: number;
  readonly configured?: readonly [count: number | null, by: string | null];
  readonly version?: RegExp;
  readonly pools?: readonly (readonly [name: string, current: number, configured: number])[];
  /** What a worker's command line has in it, as the kernel shows it, where not all of the head's children are workers. */
  readonly worker?: RegExp;
  /** Its workers may be the children of one of them. */
  readonly nested?: true;
}

export interface Refused extends Case {
  readonly why: RegExp;
}

export const rack = () => ({ 'config.ru': "run lambda { |env| [200, { 'Content-Type' => 'text/plain' }, ['ok']] }\n" });
export const wsgi = "def application(environ, start):\n    start('200 OK', [])\n    return [b'ok']\n";
export const asgi =
  "async def app(scope, receive, send):\n    if scope['type'] == 'lifespan':\n        raise RuntimeError\n";
