import { describe, expect, it } from 'vitest';
import { doingWord, lettersOf } from '../../src/model/activity/words.ts';
import type { Doing } from '../../src/snapshot.ts';
import { demoSeen, linesOf, pressed } from '../helpers/screen.ts';

const database: Doing = { wait: 'net', port: 5432, local: false };

describe('what a worker does', () => {
  it.each<[readonly Doing[], string]>([
    [['idle'], 'idle'],
    [['cpu'], 'CPU'],
    [[database], 'waits'],
    [[{ wait: 'lock' }], 'waits'],
    [['client'], 'client'],
    [['unknown'], 'unknown'],
    [['idle', 'cpu', database, 'idle'], '2/4 used'],
    [['idle', 'unknown', 'cpu'], '1/2 used'],
    [['unknown', 'unknown'], 'unknown'],
    [[], ''],
  ])('%j is told as %s', (doing, word) => {
    expect(doingWord({ by: 'process', doing })).toBe(word);
  });

  it('stands in the row of each worker, and in letters in the details of its server', async () => {
    const seen = await demoSeen({ columns: 80, lines: 24 });
    const workers = linesOf(seen).filter((line) => / worker \d/.test(line));
    expect(workers.length).toBeGreaterThan(2);
    for (const line of workers) expect(line).toMatch(/ worker \d+ .* (idle|CPU|waits|client) /);
    const server = seen.state.model?.projects[0]?.servers[0];
    if (server === undefined) throw new Error('the demo has no server');
    const details = linesOf(pressed(await demoSeen({ columns: 120, lines: 60 }), 'enter')).join('\n');
    expect(lettersOf(server)).toMatch(/^[iCwh?]{3}$/);
    expect(details).toContain(`now          ${lettersOf(server)}   (i idle,`);
    expect(details).toMatch(/waits for +\d+ % :5432 postgres/);
  });
});
