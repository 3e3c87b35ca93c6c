import type { IBufferCell, Terminal } from '@xterm/headless';

const CELL = { width: 9, height: 19 } as const;
const FONT_SIZE = 15;
const BASELINE = 14;
const MARGIN = 14;

const BACKGROUND = '#16181d';
const FOREGROUND = '#d5d8dd';

/** The sixteen colours, as a calm dark theme has them. */
const SIXTEEN = [
  ...['#1d2026', '#e06c6c', '#7fb970', '#d9b35f', '#6a9fe0', '#b98be0', '#5fb8b8', '#c5c9d0'],
  ...['#6b7280', '#f08a8a', '#9ad38c', '#f0cf80', '#8ab8f5', '#d0a8f2', '#7fd6d6', '#ffffff'],
];

function hex(...rgb: readonly number[]): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** One of the 256 colours: sixteen named ones, a cube of 6 × 6 × 6, and 24 greys. */
function paletteColour(index: number): string {
  const named = SIXTEEN[index];
  if (named !== undefined) return named;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

interface Style {
  readonly foreground: string;
  readonly background: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
}

function styleOf(cell: IBufferCell): Style {
  const colour = (value: number, isDefault: boolean, isRgb: boolean, otherwise: string) => {
    if (isDefault) return otherwise;
    return isRgb ? `#${value.toString(16).padStart(6, '0')}` : paletteColour(value);
  };
  const foreground = colour(cell.getFgColor(), cell.isFgDefault(), cell.isFgRGB(), FOREGROUND);
  const background = colour(cell.getBgColor(), cell.isBgDefault(), cell.isBgRGB(), BACKGROUND);
  const inverse = cell.isInverse() !== 0;
  return {
    foreground: inverse ? background : foreground,
    background: inverse ? foreground : background,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    underline: cell.isUnderline() !== 0,
  };
}

interface Run {
  readonly column: number;
  readonly style: Style;
  text: string;
  width: number;
}

function sameStyle(a: Style, b: Style): boolean {
  return (Object.keys(a) as (keyof Style)[]).every((key) => a[key] === b[key]);
}

/** Neighbouring cells of one line that look alike, together. */
function runsOf(terminal: Terminal, row: number): readonly Run[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column += 1) {
    const cell = line?.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue; // The second half of a wide character.
    const style = styleOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    if (last && sameStyle(last.style, style)) {
      last.text += text;
      last.width += cell.getWidth();
    } else {
      runs.push({ column, style, text, width: cell.getWidth() });
    }
  }
  return runs;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
}

function rectangle(x: number, y: number, width: number, height: number, fill: string, opacity = 1): string {
  const faint = opacity < 1 ? ` fill-opacity="${opacity}"` : '';
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"${faint}/>`;
}

/**
 * A block element (U+2580 to U+2593) as a rectangle, since fonts leave gaps between them; null for
 * all other characters.
 */
function block(character: string, x: number, y: number, fill: string): string | null {
  const code = character.codePointAt(0) ?? 0;
  const { width, height } = CELL;
  if (code === 0x2580) return rectangle(x, y, width, height / 2, fill);
  if (code >= 0x2581 && code <= 0x2588) {
    const part = (height * (code - 0x2580)) / 8;
    return rectangle(x, y + height - part, width, part, fill);
  }
  if (code >= 0x2589 && code <= 0x258f) return rectangle(x, y, (width * (0x2590 - code)) / 8, height, fill);
  if (code === 0x2590) return rectangle(x + width / 2, y, width / 2, height, fill);
  if (code >= 0x2591 && code <= 0x2593) return rectangle(x, y, width, height, fill, (code - 0x2590) / 4);
  return null;
}

/** A Braille pattern (U+2800 to U+28FF) as its dots, of which fonts have their own ideas; null for all other characters. */
function braille(character: string, x: number, y: number, fill: string): string | null {
  const code = (character.codePointAt(0) ?? 0) - 0x2800;
  if (code < 0 || code > 0xff) return null;
  // By bit: column and row of the dot.
  const dots = [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
    [0, 3],
    [1, 3],
  ] as const;
  return dots
    .filter((_, bit) => (code & (1 << bit)) !== 0)
    .map(([column, row]) => {
      const cx = x + CELL.width * (0.25 + column / 2);
      const cy = y + CELL.height * (0.125 + row / 4);
      return `<circle cx="${cx}" cy="${cy}" r="1.2" fill="${fill}"/>`;
    })
    .join('');
}

function drawRun(run: Run, y: number): string {
  const { style, column } = run;
  const x = column * CELL.width;
  const parts: string[] = [];
  if (style.background !== BACKGROUND) {
    parts.push(rectangle(x, y, run.width * CELL.width, CELL.height, style.background));
  }
  const attributes = [
    `fill="${style.foreground}"`,
    style.bold ? 'font-weight="bold"' : '',
    style.dim ? 'fill-opacity="0.6"' : '',
    style.underline ? 'text-decoration="underline"' : '',
  ].filter((attribute) => attribute !== '');

  let at = x;
  // Each word is placed on its own: a font that is a little wider or narrower does not move the next.
  for (const [piece] of run.text.matchAll(/ +|[\u2580-\u2593\u2800-\u28ff]|[^ \u2580-\u2593\u2800-\u28ff]+/gu)) {
    const drawn = block(piece, at, y, style.foreground) ?? braille(piece, at, y, style.foreground);
    const length = [...piece].length * CELL.width;
    if (drawn !== null) parts.push(drawn);
    else if (piece.trim() !== '') {
      const fit = `textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
      parts.push(`<text x="${at}" y="${y + BASELINE}" ${fit} ${attributes.join(' ')}>${escapeXml(piece)}</text>`);
    }
    at += length;
  }
  return parts.join('');
}

/** A picture of what a terminal shows, colours and all. */
export function terminalSvg(terminal: Terminal): string {
  const width = terminal.cols * CELL.width + 2 * MARGIN;
  const height = terminal.rows * CELL.height + 2 * MARGIN;
  const rows = Array.from({ length: terminal.rows }, (_, row) =>
    runsOf(terminal, row)
      .map((run) => drawRun(run, row * CELL.height))
      .join(''),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-size="${FONT_SIZE}" xml:space="preserve"`,
    ` font-family="'DejaVu Sans Mono','Menlo','Consolas',monospace">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A picture, and when it comes. Milliseconds. */
export interface Frame {
  readonly at: number;
  readonly svg: string;
}

/** How long the last picture stays, in milliseconds. */
const LAST = 3000;

/** Pictures of one size that follow one another, again and again. */
export function animatedSvg(frames: readonly Frame[]): string {
  const [first] = frames;
  if (first === undefined) return '';
  const head = first.svg.slice(0, first.svg.indexOf('>') + 1);
  const total = (frames.at(-1)?.at ?? 0) + LAST;
  const seconds = (total / 1000).toFixed(2);
  const share = (at: number) => (at / total).toFixed(5);
  const layers = frames.map(({ at, svg }, index) => {
    const until = frames[index + 1]?.at ?? total;
    const times = [0, at, until].map(share).join(';');
    const shown = index === 0 ? `values="1;1;0" keyTimes="${times}"` : `values="0;1;0" keyTimes="${times}"`;
    const inner = svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'));
    return `<g opacity="0"><animate attributeName="opacity" calcMode="discrete" dur="${seconds}s" repeatCount="indefinite" ${shown}/>${inner}</g>`;
  });
  return [head, ...layers, '</svg>', ''].join('\n');
}
