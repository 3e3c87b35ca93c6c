import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Texts } from '../src/export/exposition.ts';
import { serveMetrics } from '../src/export/http.ts';
import { Series } from '../src/export/series.ts';
import { Observations } from '../src/model/activity/observations.ts';
import { buildModel } from '../src/model/build.ts';
import { gunicorn, own } from '../test/helpers/models.ts';
import { snapshot } from '../test/helpers/samples.ts';

// As workertop itself does.
setFlagsFromString('--no-opt');

// How long a scrape takes, over HTTP on loopback: `npm run bench:scrape`.

const SCRAPES = 300;

/** Gets the metrics. @returns their length in bytes */
function scrape(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      let length = 0;
      response.on('data', (data: Buffer) => {
        length += data.length;
      });
      response.on('end', () => resolve(length)).on('error', reject);
    }).on('error', reject);
  });
}

/** A value that so many of all are below. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function measure(projects: number): Promise<string> {
  const series = new Series('0', new Observations());
  const processes = Array.from({ length: projects }, (_, index) =>
    gunicorn({
      pid: 10_000 + index * 10,
      project: `site${index}`,
      workers: [{ inUse: 0.3, memory: own(100) }, { memory: own(100) }],
    }),
  ).flat();
  series.observe(buildModel(snapshot(processes), null, { memoryTotal: null }));
  const texts = new Texts();
  texts.renew(series.samples);
  const server = await serveMetrics({
    host: '127.0.0.1',
    port: 0,
    token: null,
    scrape: (format) => texts.of(format),
    healthy: () => true,
  });
  const { port } = server.address() as AddressInfo;
  for (let warm = 0; warm < 20; warm++) await scrape(port);
  const times: number[] = [];
  let bytes = 0;
  const before = process.cpuUsage();
  for (let count = 0; count < SCRAPES; count++) {
    const from = performance.now();
    bytes = await scrape(port);
    times.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(before);
  server.close();
  times.sort((a, b) => a - b);
  const figures = [quantile(times, 0.5), quantile(times, 0.95), (user + system) / 1000 / SCRAPES];
  return `| ${projects} | ${series.scrape().length} | ${(bytes / 1000).toFixed(0)} kB | ${figures.map((value) => `${value.toFixed(1)} ms`).join(' | ')} |`;
}

const [cpu] = cpus();
process.stdout.write(`${cpus().length} × ${cpu?.model}, Node ${process.version}\n\n`);
process.stdout.write(
  '| projects | series | size | median | 95 % | CPU, client and server |\n| --- | --- | --- | --- | --- | --- |\n',
);
for (const projects of [2, 20, 200]) process.stdout.write(`${await measure(projects)}\n`);
