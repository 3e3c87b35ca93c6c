import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { prefork } from '../../src/recognise/prefork.ts';
import { definitions } from '../../src/servers/registry.ts';
import { liveKinds, recordedKinds, startedElsewhere } from '../helpers/tested-kinds.ts';

it('every kind of server has a case, of the real one or of what was recorded of it', () => {
  const kinds = [...definitions, prefork].map(({ kind }) => kind);
  expect(kinds.filter((kind) => !liveKinds.has(kind) && !recordedKinds.has(kind))).toEqual([]);
});

it('every case is of a kind that there is', () => {
  const kinds = new Set([...definitions, prefork].map(({ kind }) => kind));
  expect([...liveKinds, ...recordedKinds].filter((kind) => !kinds.has(kind))).toEqual([]);
});

it.each(Object.entries(startedElsewhere))('%s names the kinds that it starts', (file, kinds) => {
  const text = readFileSync(file, 'utf8');
  expect(kinds.filter((kind) => !text.includes(`'${kind}'`))).toEqual([]);
});
