/** The port of an address such as `127.0.0.1:8000` or `[::]:80`; null of `unix:PATH`, and where there is none. */
export function portOf(address: string): number | null {
  const port = address.startsWith('unix:') ? undefined : /:(\d+)$/.exec(address)?.[1];
  return port === undefined ? null : Number(port);
}
