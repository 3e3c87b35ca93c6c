import { expect, it } from 'vitest';
import { panelOf } from '../../src/state/state.ts';
import type { Tuning } from '../../src/state/tuning.ts';
import { demoSeen, effectsOf, linesOf, pressed, type Seen, told } from '../helpers/screen.ts';

const size = { columns: 80, lines: 24 };

/** What is seen while the first project's server is tuned, and the panel is open. */
async function tuning(part: Partial<Tuning> = {}): Promise<Seen> {
  const seen = await demoSeen(size);
  const server = seen.state.model?.projects[0]?.servers[0];
  if (server === undefined) throw new Error('the demo has no server');
  const run: Tuning = {
    server: server.key,
    project: 'project1',
    phase: 'running',
    steps: [],
    watch: { workers: 3, seconds: 40, of: 120, summary: null, expected: null },
    said: [{ at: 0, text: 'Watching 3 workers for 2 min at least, under load.' }],
    outcome: null,
    ...part,
  };
  return told(seen, { type: 'tuning', tuning: run });
}

const text = (seen: Seen) => linesOf(seen).join('\n');

it.each([
  ['a project', []],
  ['a master', ['down']],
  ['a worker', ['down', 'down']],
])('T on %s asks first, and only y begins', async (_, keys) => {
  const asked = pressed(await demoSeen(size), ...keys, 'S-t');
  expect(text(asked)).toMatch(/Tune project1, gunicorn \d+, from 3 workers down\?/);
  expect(effectsOf(asked, 'enter')).toEqual([]);
  expect(effectsOf(asked, 'y')).toEqual([{ type: 'tune', server: expect.any(String), project: 'project1' }]);
});

it.each([
  ['what has no workers', ['end'], /No workers here/],
  ['a server whose requests cannot be told', ['/', 'r', 'e', 'd', 'i', 's', 'enter'], /redis/],
])('T on %s says why not', async (_, keys, why) => {
  const seen = pressed(await demoSeen(size), ...keys, 'S-t');
  expect(panelOf(seen.state)).toBeNull();
  expect(seen.state.notice?.text).toMatch(why);
});

it('T with --read-only sends nothing', async () => {
  const seen = pressed(await demoSeen(size, 40, { readOnly: true }), 'S-t');
  expect(seen.state.notice?.text).toContain('--read-only');
});

it('a tune is shown as it begins; T hides that, and shows it again', async () => {
  const seen = await tuning();
  expect(text(seen)).toMatch(/watched for 40 s of 2 min/);
  const hidden = pressed(seen, 'S-t');
  expect(panelOf(hidden.state)).toBeNull();
  expect(text(hidden)).toContain('TUNING project1');
  expect(panelOf(pressed(hidden, 'S-t').state)?.type).toBe('tune');
});

it('Esc stops a tune, and closes the panel once the tune has ended', async () => {
  expect(effectsOf(await tuning(), 'escape')).toEqual([{ type: 'stop-tune' }]);
  const ended = await tuning();
  const { tuning: last } = ended.state;
  if (last === null) throw new Error('nothing is tuned');
  const over = told(ended, { type: 'tuning', tuning: { ...last, phase: 'ended', outcome: 'project1 has 3 workers.' } });
  expect(text(over)).toContain('project1 has 3 workers.');
  expect(panelOf(pressed(over, 'escape').state)).toBeNull();
});

it.each(['+', '-', 'u'])(
  '%s is refused while a server is tuned: the tune would take it for its own doing',
  async (key) => {
    const hidden = pressed(await tuning(), 'S-t');
    expect(effectsOf(hidden, key)).toEqual([]);
    expect(pressed(hidden, key).state.notice?.text).toContain('is being tuned');
  },
);
