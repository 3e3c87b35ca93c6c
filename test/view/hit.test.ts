import { describe, expect, it } from 'vitest';
import { targetAt } from '../../src/view/hit.ts';
import { demoSeen, linesOf, pressed, type Seen, theme256 } from '../helpers/screen.ts';

const size = { columns: 80, lines: 24 };

/** What is under the first letter of a text on the screen. */
function under(seen: Seen, text: string) {
  const lines = linesOf(seen);
  const line = lines.findIndex((one) => one.includes(text));
  return targetAt({ ...seen, theme: theme256 }, lines[line]?.indexOf(text) ?? -1, line);
}

const at = (seen: Seen, column: number, line: number) => targetAt({ ...seen, theme: theme256 }, column, line);

describe('a click', () => {
  it('answers a question by its words', async () => {
    const killed = pressed(await demoSeen(size), 'down', 'down', 'f9', 'end', 'enter');
    expect(under(killed, 'y yes')).toEqual({ type: 'key', key: 'y' });
    expect(under(killed, 'n no')).toEqual({ type: 'key', key: 'n' });
    expect(under(killed, 'Kill worker')).toEqual({ type: 'none' });
  });

  it('turns to the page whose name it hits', async () => {
    const details = pressed(await demoSeen(size), 'enter');
    expect(under(details, '2 server')).toEqual({ type: 'key', key: '2' });
    expect(under(details, '3 group')).toEqual({ type: 'key', key: '3' });
    expect(at(details, 79, 2)).toEqual({ type: 'none' });
  });

  it('beside a small panel closes it, and does nothing in a large one', async () => {
    expect(at(pressed(await demoSeen(size), 's'), 70, 19)).toEqual({ type: 'key', key: 'escape' });
    expect(at(pressed(await demoSeen(size), '?'), 70, 19)).toEqual({ type: 'none' });
  });

  it('on the scrollbar goes to that part of the list', async () => {
    const seen = await demoSeen(size);
    expect(at(seen, 79, 3)).toMatchObject({ type: 'row', index: 0 });
    expect(at(seen, 79, 19)).toMatchObject({ type: 'row', index: seen.state.rows.length - 1 });
  });
});
