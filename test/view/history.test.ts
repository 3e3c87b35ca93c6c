import { describe, expect, it } from 'vitest';
import { inColumns } from '../../src/view/past.ts';
import { plot } from '../../src/view/plot.ts';
import { demoSeen, linesOf, pressed, theme256, themePlain, told } from '../helpers/screen.ts';

const size = { columns: 120, lines: 40 };

describe('the history in columns', () => {
  it('holds a value until the next one: a fall within a second is no ramp', () => {
    const points = { at: [0, 2000, 4000, 6000, 8000], values: [9, 9, 9, 3, 3] };
    expect(inColumns(points, 0, 8000, 8, 5000)).toEqual([9, 9, 9, 9, 9, 3, 3, 3]);
  });

  it('is empty before the first reading, and where nothing was read', () => {
    const points = { at: [2000, 3000, 9000], values: [5, 5, 7] };
    expect(inColumns(points, 0, 10_000, 10, 2000)).toEqual([null, 5, 5, 5, 5, null, null, null, 7, 7]);
  });

  it('has no value that was not read', () => {
    const values = Array.from({ length: 100 }, (_, index) => (index * 7919) % 1000);
    const points = { at: values.map((_, index) => index * 1000), values };
    for (const value of inColumns(points, 0, 99_000, 30, 5000)) expect(values).toContain(value);
  });
});

describe('the history panel', () => {
  it('names the layers in the order in which they are stacked, with their memory', async () => {
    const lines = linesOf(pressed(await demoSeen(size, 300), 't'));
    const named = lines.flatMap((line) => /(?:██|░░) (project\d|redis|nginx|system|kernel) .*\d/.exec(line)?.[1] ?? []);
    expect(named).toEqual(['project1', 'project2', 'redis', 'nginx', 'system', 'kernel']);
  });

  it('marks a change of workers with a letter, and tells what it did to memory and that it was not ours', async () => {
    const seen = await demoSeen(size, 100);
    const { model } = seen.state;
    if (model === null) throw new Error('no model');
    const fewer = model.projects.map((project) => ({
      ...project,
      servers: project.servers.map((server) =>
        server.head.pid === 1203 ? { ...server, workers: { ...server.workers, current: 2 } } : server,
      ),
    }));
    const memory = { ...model.host.memory, used: model.host.memory.used - 150 * 1024 ** 2 };
    const later = {
      ...model,
      at: model.at + 2000,
      uptime: model.uptime + 2,
      projects: fewer,
      host: { ...model.host, memory },
    };
    const text = linesOf(pressed(told(seen, { type: 'model', model: later }), 't')).join('\n');
    expect(text).toMatch(/a 03:03:22 {2}project1 3 → 2 workers .*−150M {2}1\.\d+G → \d+M {2}not by workertop/);
    expect(text).toMatch(/[─┴]a[─┴]? /);
  });

  it('shows the figures under the cursor, with their time', async () => {
    const seen = pressed(await demoSeen(size, 300), 't', 'left', 'left', 'pageup');
    expect(linesOf(seen).join('\n')).toMatch(/03:0\d:\d\d {2}used 1\.\d+G, 7\d % +│/);
  });

  it('draws the line of one project in Braille where the terminal has it, else in cells', async () => {
    const seen = pressed(await demoSeen(size, 300), 't', 'tab');
    const drawn = plot({ ...seen, theme: theme256 });
    const levels = drawn?.levels.filter((level) => level !== null) ?? [];
    expect(levels.length).toBeGreaterThan(100);
    expect(Math.max(...levels)).toBeLessThanOrEqual(1);
    expect(plot({ ...seen, theme: themePlain })).toBeNull();
    expect(linesOf(seen, themePlain).join('\n')).toContain('####');
  });

  it.each([
    ['10 min', []],
    ['1 hour', ['-']],
    ['24 hours', ['-', '-', '-']],
  ])('shows %s after %j', async (named, keys) => {
    const lines = linesOf(pressed(await demoSeen(size, 40), 't', ...keys));
    expect(lines[2]).toContain(`Memory, last ${named}`);
  });
});
