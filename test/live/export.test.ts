import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { alertExpressions, dashboardExpressions, monitoringFile } from '../helpers/monitoring.ts';
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

async function startExporter(environment: Record<string, string>, ...args: readonly string[]): Promise<Exporter> {
  const port = await freePort();
  const [node, cli] = workertopCommand();
  const child = spawn(node, [cli, 'export', '--listen', `127.0.0.1:${port}`, '--interval', '0.5', ...args], {
    env: { ...process.env, ...environment },
  });
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

/**
 * Series of this test's own project, without their values. What workers wait for is left out: each kind of wait has a
 * series from when it is first seen.
 */
function names(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.includes('project="exported') && !line.startsWith('workertop_worker_wait_readings'))
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
    const exporter = await startExporter({});
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
    const exporter = await startExporter({}, '--token-file', token);
    try {
      expect((await fetch(`${exporter.url}/metrics`)).status).toBe(401);
      const headers = { authorization: 'Bearer a-long-secret' };
      expect((await fetch(`${exporter.url}/metrics`, { headers })).status).toBe(200);
    } finally {
      await exporter.stop();
    }
  });

  it('makes no new series of a hundred workers that were replaced', async () => {
    const exporter = await startExporter({});
    const starts = async () => {
      const [line = ' -1'] = seriesOf(await scrape(exporter), 'workertop_worker_starts_total');
      return Number(line.slice(line.lastIndexOf(' ')));
    };
    try {
      const slots = async () => seriesOf(await scrape(exporter), 'workertop_worker_slots').length;
      await eventually(
        'the server and its workers to be seen',
        async () => (await starts()) === 0 && (await slots()) > 0,
      );
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
      await eventually('the same series', async () => {
        const after = names(await scrape(exporter));
        return after.join('\n') === before.join('\n');
      });
    } finally {
      await exporter.stop();
    }
  }, 240_000);

  it('is scraped by a real Prometheus', async () => {
    const exporter = await startExporter({});
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

  it('tells that workers nobody asks anything are idle', async () => {
    const inUse = async () => {
      const { stdout } = await workertop('export', '--once');
      return seriesOf(stdout, 'workertop_worker_slots_in_use').map((line) => Number(line.slice(line.lastIndexOf(' '))));
    };
    await eventually('workers that have loaded the app', async () => (await inUse())[0] === 0, 30);
  });

  it('keeps what it saw of workers for the dashboard', async () => {
    const state = join(directory, 'state');
    const exporter = await startExporter({ XDG_STATE_HOME: state });
    try {
      const readings = async () => seriesOf(await scrape(exporter), 'workertop_worker_slot_readings_total').length;
      await eventually('readings of workers', async () => (await readings()) > 0);
    } finally {
      await exporter.stop();
    }
    const { servers } = JSON.parse(readFileSync(join(state, 'workertop/workers.json'), 'utf8'));
    const ids = servers.map(({ id }: { readonly id: string }) => id);
    expect(ids.some((id: string) => id.includes('exported'))).toBe(true);
  });

  it('replaces its textfile in one step, readable by all', async () => {
    const file = join(directory, 'workertop.prom');
    const { code, stdout } = await workertop('export', '--once', '--textfile', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    execFileSync('promtool', ['check', 'metrics'], { input: readFileSync(file) });
  });
});

describe('what Prometheus and Grafana are given', () => {
  it('promtool accepts every alert and every query of the dashboard', () => {
    const expressions = [...alertExpressions(), ...dashboardExpressions()];
    const rules = expressions.map((expr, index) => ({ record: `test:${index}`, expr }));
    const file = join(directory, 'queries.json');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain(
      `${rules.length} rules found`,
    );
    execFileSync('promtool', [
      'check',
      'rules',
      fileURLToPath(new URL('../../docs/prometheus/alerts.yml', import.meta.url)),
    ]);
  });

  it('alerts fire for what they name and stay quiet otherwise', () => {
    writeFileSync(join(directory, 'alerts.yml'), monitoringFile('alerts.yml'));
    const on = (instance: string, labels = '') => `{instance="${instance}",job="workertop"${labels}}`;
    const shop = ',project="shop",server="gunicorn",name="shop.wsgi"';
    const series = (name: string, labels: string, values: string) => ({ series: `workertop_${name}${labels}`, values });
    // A sample every five minutes, for half a day.
    const machine = (name: string, total: string, available: string) => [
      series('memory_total_bytes', on(name, ',limited_by="machine"'), `${total}x144`),
      series('memory_available_bytes', on(name), `${available}x144`),
      series('reading_timestamp_seconds', on(name), '0+300x144'),
      series('series_dropped', on(name), '0x144'),
      series('oom_kills_total', on(name), '3x144'),
    ];
    const server = (machineName: string, queue: number, recommended: number, inUse: number, growth: string) => [
      series('queue_connections', on(machineName, shop), `${queue}x144`),
      series('workers', on(machineName, shop), '4x144'),
      series('workers_configured', on(machineName, shop), '4x144'),
      series('recommended_workers', on(machineName, shop), `${recommended}x144`),
      series('memory_uss_bytes', on(machineName, `${shop},role="worker"`), growth),
      series('worker_slot_readings_total', on(machineName, `${shop},unit="worker",state="in_use"`), `0+${inUse}x144`),
      series(
        'worker_slot_readings_total',
        on(machineName, `${shop},unit="worker",state="idle"`),
        `0+${48 - inUse}x144`,
      ),
    ];
    const input_series = [
      ...machine('quiet', '1000', '500'),
      ...server('quiet', 0, 4, 10, '100x144'),
      ...machine('busy', '1000', '50'),
      ...server('busy', 2, 2, 47, '100+5x144'),
    ];
    const names = [...monitoringFile('alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
    const alert_rule_test = names.map((alertname) => ({ eval_time: '11h', alertname, exp_alerts: [] }));
    const tests = [{ interval: '5m', input_series, alert_rule_test }];
    const file = join(directory, 'test.json');
    writeFileSync(file, JSON.stringify({ rule_files: ['alerts.yml'], evaluation_interval: '5m', tests }));
    // Nothing is expected, so promtool tells all that fired.
    const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    const told = `${stdout}${stderr}`;
    expect(told).toContain('instance="busy"');
    expect(told).not.toContain('instance="quiet"');
    const firing = (name: string) => told.includes(`alertname="${name}"`);
    expect(names.filter(firing)).toEqual([
      'WorkertopRequestsQueue',
      'WorkertopWorkersSaturated',
      'WorkertopWorkersToSpare',
      'WorkertopMemoryShort',
      'WorkertopMemoryGrows',
    ]);
  });
});

describe('the service', () => {
  const unit = fileURLToPath(new URL('../../docs/prometheus/workertop-export.service', import.meta.url));

  it('is a unit that systemd accepts', () => {
    requireServer('systemd');
    // The program and the manual page are on the machine where it is installed.
    const text = readFileSync(unit, 'utf8')
      .replace('/usr/bin/workertop ', '/bin/true ')
      .replace(/^Documentation=.*$/m, '');
    const copy = join(directory, 'workertop-export.service');
    writeFileSync(copy, text);
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', copy], { encoding: 'utf8' });
    expect(stderr).not.toContain('workertop-export');
  });

  it('has the capabilities that it needs: with them alone all is read', () => {
    const [, list = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(unit, 'utf8')) ?? [];
    const set = list
      .split(' ')
      .map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)
      .join(',');
    const [node, cli] = workertopCommand();
    const args = [`--bounding-set=-all,${set}`, '--inh-caps=-all', '--no-new-privs', node, cli, 'export', '--once'];
    const text = execFileSync('setpriv', args, { encoding: 'utf8' });
    expect(seriesOf(text, 'workertop_project_info')[0]).toMatch(/virtualenv="[^"]+",python="3/);
    expect(seriesOf(text, 'workertop_worker_slots')).not.toEqual([]);
    expect(seriesOf(text, 'workertop_queue_connections')).not.toEqual([]);
  });
});
