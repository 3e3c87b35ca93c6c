import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { contentTypes, type Format, formatFor } from './exposition.ts';

/** Requests answered at the same time. More get status 503. */
const MOST_AT_ONCE = 2;

/** Longest time for a whole request, in milliseconds: a scrape sends a few hundred bytes. */
const LONGEST_REQUEST = 5000;

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** The bearer token that a scrape must send; null if none is required. */
  readonly token: string | null;
  /** The text of the last reading. */
  scrape(format: Format): Buffer;
  /** Whether the last reading is recent. */
  healthy(): boolean;
}

const tooMany: Reply = { status: 503, body: 'too many requests at once\n', headers: { 'Retry-After': '1' } };

/**
 * Serves `/metrics` and `/healthz` to GET and HEAD, and nothing else. It reads no body and never reads the machine: a
 * scrape gets the figures of the last reading.
 * @returns the listening server
 * @throws Error of `listen`, such as EADDRINUSE
 */
export async function serveMetrics(options: HttpOptions): Promise<Server> {
  let active = 0;
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: LONGEST_REQUEST }, (request, response) => {
    active += 1;
    response.once('close', () => {
      active -= 1;
    });
    send(response, active > MOST_AT_ONCE ? tooMany : replyTo(request, options));
  });
  server.headersTimeout = LONGEST_REQUEST;
  server.keepAliveTimeout = LONGEST_REQUEST;
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

interface Reply {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

function replyTo({ url = '', method, headers }: IncomingMessage, options: HttpOptions): Reply {
  const path = url.split('?')[0];
  if (path !== '/metrics' && path !== '/healthz') return { status: 404, body: 'see /metrics\n' };
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, body: 'only GET and HEAD are answered\n', headers: { Allow: 'GET, HEAD' } };
  }
  if (path === '/healthz') {
    return options.healthy() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'no recent reading\n' };
  }
  if (options.token !== null && !isAuthorised(headers.authorization, options.token)) {
    return { status: 401, body: 'a bearer token is needed\n', headers: { 'WWW-Authenticate': 'Bearer' } };
  }
  const format = formatFor(headers.accept);
  return {
    status: 200,
    body: options.scrape(format),
    headers: { 'Content-Type': contentTypes[format] },
  };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Compares in constant time, so that the time of a refusal does not reveal the token. */
function isAuthorised(header: string | undefined, token: string): boolean {
  const shown = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
