import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rgb } from './contrast.ts';
import { eventually } from './eventually.ts';
import { requireServer } from './requirements.ts';

/** Cells of the font `7x13`, which has no half-tones: each pixel is foreground or background. */
const CELL = { width: 7, height: 13 } as const;
const FONT = '-misc-fixed-medium-r-normal--13-120-75-75-c-70-iso10646-1';

/** What a terminal shows, as pixels. */
export interface Picture {
  readonly columns: number;
  readonly lines: number;
  /** The colours of a cell, the most frequent first. */
  cell(column: number, line: number): readonly Rgb[];
}

/** A display without a screen, and terminals on it. */
export interface Display {
  /** Shows bytes in an xterm, white on black or black on white, and takes a picture. @param png its file */
  show(bytes: string, options: ShowOptions): Promise<Picture>;
  close(): Promise<void>;
}

export interface ShowOptions {
  readonly columns: number;
  readonly lines: number;
  readonly ground: 'black' | 'white';
  readonly png?: string;
}

/** @throws Error where Xvfb, xterm or ImageMagick is not installed */
export async function openDisplay(): Promise<Display> {
  for (const name of ['xvfb', 'xterm', 'xfonts-base', 'imagemagick']) requireServer(name);
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = server.stdio[3];
  if (pipe === null || pipe === undefined) throw new Error('Xvfb has no pipe');
  const [data] = await once(pipe, 'data');
  const display = `:${String(data).trim()}`;
  const folder = mkdtempSync(join(tmpdir(), 'workertop-xterm-'));
  return {
    show: (bytes, options) => show(bytes, options, display, folder),
    close: async () => {
      await ended(server);
      rmSync(folder, { recursive: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

async function show(bytes: string, options: ShowOptions, display: string, folder: string): Promise<Picture> {
  const { columns, lines, ground } = options;
  const file = join(folder, 'bytes');
  const shown = join(folder, 'shown');
  rmSync(shown, { force: true });
  writeFileSync(file, bytes);
  const colors = ground === 'black' ? ['-fg', 'white', '-bg', 'black'] : ['-fg', 'black', '-bg', 'white'];
  // The cursor is hidden. The terminal answers once it has shown all: its answer is read, and the file made.
  const script =
    'stty raw -echo; cat "$1"; printf "\\033[?25l\\033[5n"; dd bs=1 count=4 of="$2" 2>/dev/null; sleep 1000';
  const child = spawn(
    'xterm',
    [
      ...['-fn', FONT, '-u8', '-b', '0', '-bw', '0', '+sb', '-geometry', `${columns}x${lines}+0+0`],
      ...colors,
      ...['-e', 'sh', '-c', script, 'sh', file, shown],
    ],
    { env: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8', DISPLAY: display }, stdio: 'ignore' },
  );
  try {
    await eventually('xterm to have shown it', () => sizeOf(shown) === 4);
    return picture(display, options);
  } finally {
    await ended(child);
  }
}

function sizeOf(file: string): number {
  const found = spawnSync('stat', ['-c', '%s', file], { encoding: 'utf8' });
  return Number(found.stdout.trim() || 0);
}

function picture(display: string, { columns, lines, png }: ShowOptions): Picture {
  const [width, height] = [columns * CELL.width, lines * CELL.height];
  const grab = ['-display', display, '-window', 'root', '-crop', `${width}x${height}+0+0`, '-depth', '8'];
  if (png !== undefined) spawnSync('import', [...grab, png]);
  const { stdout } = spawnSync('import', [...grab, 'rgb:-'], { maxBuffer: 32 * 1024 * 1024 });
  if (stdout.length !== width * height * 3) throw new Error(`import gave ${stdout.length} bytes`);
  return {
    columns,
    lines,
    cell: (column, line) => {
      const counts = new Map<number, number>();
      for (let y = line * CELL.height; y < (line + 1) * CELL.height; y++) {
        for (let x = column * CELL.width; x < (column + 1) * CELL.width; x++) {
          const pixel = stdout.readUIntBE((y * width + x) * 3, 3);
          counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        }
      }
      return [...counts]
        .sort(([, a], [, b]) => b - a)
        .map(([pixel]) => [pixel >> 16, (pixel >> 8) & 0xff, pixel & 0xff] as const);
    },
  };
}
