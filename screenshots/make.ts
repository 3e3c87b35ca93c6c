/**
 * Makes the pictures in this directory from a real run of the story: `npm run screenshots`.
 * PNG files as well where rsvg-convert is installed (Debian: librsvg2-bin).
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDashboard, select } from '../test/helpers/dashboard.ts';
import type { Pty } from '../test/helpers/pty.ts';
import { startStory } from '../test/helpers/story.ts';
import { terminalSvg } from './svg.ts';

/** Workers of 150 MB in all, on a machine of 1.5 GB. */
const STORY = { ballastMb: 118, beatBallastMb: 32 };
const OPTIONS = ['--memory', '1.5G', '--delay', '1'];

function picture(name: string, pty: Pty): void {
  const path = fileURLToPath(new URL(name, import.meta.url));
  writeFileSync(`${path}.svg`, terminalSvg(pty.terminal));
  const converted = spawnSync('rsvg-convert', ['--zoom', '2', '--output', `${path}.png`, `${path}.svg`]);
  process.stdout.write(`${path}.svg${converted.status === 0 ? ' and .png' : ''}\n`);
}

async function withDashboard(cols: number, rows: number, use: (pty: Pty) => Promise<void>): Promise<void> {
  const pty = await openDashboard(OPTIONS, { cols, rows });
  try {
    await use(pty);
  } finally {
    await pty.close();
  }
}

const story = await startStory(STORY);
try {
  const master = new RegExp(`\\b${story.project1.pid}\\b`);
  await withDashboard(120, 36, async (pty) => {
    await select(pty, master);
    picture('dashboard', pty);
    pty.press('?');
    await pty.waitFor(/undo/i);
    picture('help', pty);
  });
  await withDashboard(80, 24, async (pty) => {
    await select(pty, master);
    picture('dashboard-80x24', pty);
    pty.press('-');
    await pty.waitFor(/3 → 2\b.*freed/);
    picture('trimmed-80x24', pty);
  });
} finally {
  await story.stop();
}
