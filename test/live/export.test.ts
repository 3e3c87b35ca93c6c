import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort, type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { workertop, workertopCommand } from '../helpers/workertop.ts';

let home: Home;
let gunicorn: Gunicorn;
let directory: string;

beforeAll(async () => {
  requireServer('prometheus');
  directory = mkdtempSync(join(tmpdir(), 'workertop-export-'));
  home = await openHome();
  gunicorn = await home.startGunicorn({ project: 'exported', venv: 'django1_4', workers: 2 });
});
afterAll(async () => {
  await home?.stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

interface Exporter {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

async function startExporter(...args: readonly string[]): Promise<Exporter> {
  const port = await freePort();
  const [node, cli] = workertopCommand();
  const child = spawn(node, [cli, 'export', '--listen', `127.0.0.1:${port}`, '--interval', '0.5', ...args]);
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    'the exporter to answer',
    async () => (await fetch(`${url}/healthz`).catch(() => null))?.ok === true,
  );
  return {
    url,
    child,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function scrape({ url }: Exporter, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers })).text();
}

/** Lines of a metric that are of this test's own project. */
function seriesOf(text: string, metric: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes('exported'));
}

/** Series of this test's own project, without their values. */
function names(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.includes('project="exported'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')))
    .sort();
}

describe('workertop export', () => {
  it('prints once what promtool accepts, and memory as the kernel has it', async () => {
    const { code, stdout } = await workertop('export', '--once');
    expect(code).toBe(0);
    execFileSync('promtool', ['check', 'metrics'], { input: stdout });
    const [line = ''] = seriesOf(stdout, 'workertop_memory_uss_bytes').filter((one) => one.includes('role="worker"'));
    const kernel = gunicorn
      .workers()
      .map((pid) => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
      .flatMap((text) => [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)])
      .reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
    const told = Number(line.slice(line.lastIndexOf(' ')));
    expect(Math.abs(told - kernel) / kernel).toBeLessThan(0.02);
  });

  it('serves both formats on loopback to GET alone', async () => {
    const exporter = await startExporter();
    try {
      await eventually(
        'the server to be seen',
        async () => seriesOf(await scrape(exporter), 'workertop_workers').length > 0,
      );
      execFileSync('promtool', ['check', 'metrics'], { input: await scrape(exporter) });
      const open = await scrape(exporter, { accept: 'application/openmetrics-text' });
      expect(open.endsWith('# EOF\n')).toBe(true);
      expect((await fetch(`${exporter.url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
      expect((await fetch(`${exporter.url}/`)).status).toBe(404);
    } finally {
      await exporter.stop();
    }
    expect(exporter.child.exitCode).toBe(0);
  });

  it('asks for its token', async () => {
    const token = join(directory, 'token');
    writeFileSync(token, 'a-long-secret\n', { mode: 0o600 });
    const exporter = await startExporter('--token-file', token);
    try {
      expect((await fetch(`${exporter.url}/metrics`)).status).toBe(401);
      const headers = { authorization: 'Bearer a-long-secret' };
      expect((await fetch(`${exporter.url}/metrics`, { headers })).status).toBe(200);
    } finally {
      await exporter.stop();
    }
  });

  it('makes no new series of a hundred workers that were replaced', async () => {
    const exporter = await startExporter();
    const starts = async () => {
      const [line = ' -1'] = seriesOf(await scrape(exporter), 'workertop_worker_starts_total');
      return Number(line.slice(line.lastIndexOf(' ')));
    };
    try {
      await eventually('the server to be seen', async () => (await starts()) === 0);
      const before = names(await scrape(exporter));
      for (let replaced = 0; replaced < 100; replaced += 2) {
        const old = gunicorn.workers();
        process.kill(gunicorn.pid, 'SIGHUP');
        await eventually('new workers', () => {
          const now = gunicorn.workers();
          return now.length === 2 && now.every((pid) => !old.includes(pid));
        });
      }
      await eventually('the last to be counted', async () => (await starts()) >= 2);
      expect(names(await scrape(exporter))).toEqual(before);
    } finally {
      await exporter.stop();
    }
  }, 240_000);

  it('is scraped by a real Prometheus', async () => {
    const exporter = await startExporter();
    const port = await freePort();
    const config = join(directory, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs: [{job_name: workertop, scrape_interval: 1s, static_configs: [{targets: ['${new URL(exporter.url).host}']}]}]`,
    );
    const prometheus = spawn('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const query = async (expression: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`).catch(
        () => null,
      );
      return answer === null ? '' : answer.text();
    };
    try {
      await eventually(
        'the number of workers to arrive',
        async () => /"value":\[[\d.]+,"2"\]/.test(await query('workertop_workers{project=~"exported.*"}')),
        60,
      );
    } finally {
      const ended = once(prometheus, 'exit');
      prometheus.kill('SIGTERM');
      await ended;
      await exporter.stop();
    }
  });

  it('replaces its textfile in one step, readable by all', async () => {
    const file = join(directory, 'workertop.prom');
    const { code, stdout } = await workertop('export', '--once', '--textfile', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    execFileSync('promtool', ['check', 'metrics'], { input: readFileSync(file) });
  });
});
