/**
 * Makes the pictures and the recording in this directory of the simulated server that `workertop demo` shows, so that
 * nothing else that runs here is in them: `npm run screenshots`. PNG files as well where rsvg-convert is installed
 * (Debian: librsvg2-bin).
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDashboard, select } from '../test/helpers/dashboard.ts';
import type { Pty } from '../test/helpers/pty.ts';
import { recorded } from './cast.ts';
import { terminalSvg } from './svg.ts';

const OPTIONS = ['demo', '--theme', 'dark', '--delay', '1'];

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function picture(name: string, pty: Pty): void {
  const path = pathOf(name);
  writeFileSync(`${path}.svg`, terminalSvg(pty.terminal));
  const converted = spawnSync('rsvg-convert', ['--zoom', '1.3', '--output', `${path}.png`, `${path}.svg`]);
  process.stdout.write(`${path}.svg${converted.status === 0 ? ' and .png' : ''}\n`);
}

async function withDashboard(cols: number, rows: number, use: (pty: Pty) => Promise<void>): Promise<void> {
  // Its own settings, not those of who makes the pictures.
  const pty = await openDashboard(OPTIONS, { cols, rows, env: { XDG_CONFIG_HOME: '/nonexistent' } });
  try {
    await use(pty);
  } finally {
    await pty.close();
  }
}

/** Time for history to gather, or to read what is shown. */
function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

/** Trims a worker of the first project, as one does for the first time. */
async function trim(pty: Pty): Promise<void> {
  pty.press('-');
  await pty.waitFor(/Trim a worker of project1/);
  await seconds(2);
  pty.press('y');
  await pty.waitFor(/done: project1 3 → 2 workers/);
}

await withDashboard(120, 40, async (pty) => {
  await select(pty, /▾ project1/);
  await seconds(75);
  picture('dashboard', pty);
  pty.press('enter');
  await pty.waitFor(/grouped by/);
  picture('details', pty);
  pty.press('escape');
  await pty.waitFor('PROJECT / PROCESS');
  pty.press('?');
  await pty.waitFor(/undo the last/);
  picture('help', pty);
  pty.press('escape');
  await pty.waitFor('PROJECT / PROCESS');
  await trim(pty);
  await seconds(20);
  pty.press('t');
  await pty.waitFor(/Memory, last 10 min/);
  await seconds(2);
  picture('history', pty);
});

await withDashboard(80, 24, async (pty) => {
  const cast = recorded(pty);
  await select(pty, /▾ project1/);
  await seconds(3);
  picture('dashboard-80x24', pty);
  await trim(pty);
  await seconds(2);
  picture('trimmed-80x24', pty);
  pty.press('y');
  await pty.waitFor(/Sent to the clipboard/);
  await seconds(3);
  pty.press('t');
  await pty.waitFor(/Memory, last 10 min/);
  await seconds(4);
  pty.press('escape');
  await seconds(2);
  pty.press('u');
  await pty.waitFor(/done: project1 2 → 3 workers/);
  await seconds(3);
  writeFileSync(`${pathOf('story')}.cast`, cast.end());
  writeFileSync(`${pathOf('story')}.svg`, cast.svg());
});
