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

/** Workers of 150 MB in all. What else runs here, and the system itself, takes half a gigabyte. */
const STORY = { ballastMb: 118, beatBallastMb: 32 };
const OPTIONS = ['--memory', '2G', '--delay', '1'];

function picture(name: string, pty: Pty): void {
  const path = fileURLToPath(new URL(name, import.meta.url));
  writeFileSync(`${path}.svg`, terminalSvg(pty.terminal));
  const converted = spawnSync('rsvg-convert', ['--zoom', '1.3', '--output', `${path}.png`, `${path}.svg`]);
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

/** Time for history to gather. */
function minutes(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 60_000));
}

const story = await startStory(STORY);
try {
  const { project1, project2 } = story;
  const master = new RegExp(`\\b${project1.pid}\\b`);
  await withDashboard(120, 36, async (pty) => {
    await select(pty, master);
    await pty.waitFor(/One fewer frees/);
    await minutes(1.2);
    picture('dashboard', pty);
    pty.press('enter');
    await pty.waitFor('listens on');
    picture('details', pty);
    pty.press('escape');
    await pty.waitFor('PROJECT / PROCESS');
    pty.press('?');
    await pty.waitFor(/undo the last/);
    picture('help', pty);
  });
  await withDashboard(80, 24, async (pty) => {
    await select(pty, master);
    await pty.waitFor(/One fewer/);
    picture('dashboard-80x24', pty);
    pty.press('-');
    await pty.waitFor(/3 → 2\b.*freed/);
    picture('trimmed-80x24', pty);
    await project1.settled(2);
  });
  await withDashboard(120, 36, async (pty) => {
    await select(pty, new RegExp(`\\b${project2.pid}\\b`));
    await minutes(1);
    pty.press('-');
    await pty.waitFor(/3 → 2\b.*freed/);
    await minutes(0.5);
    // The story's other half: the beat goes.
    await story.beat.stop();
    await minutes(1);
    pty.press('t');
    await pty.waitFor(/Memory by project/);
    await minutes(0.1);
    picture('charts', pty);
    pty.press('escape');
    await pty.waitFor('PROJECT / PROCESS');
    picture('after', pty);
  });
} finally {
  await story.stop();
}
