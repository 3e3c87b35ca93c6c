/**
 * Random trees of directories, links and files of several users: whatever is accepted could have been put there, or be changed, by nobody but root and
 * the user whom it is for.
 */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { follow, followOwn, O_PATH, Refused, type Trust } from '../../src/control/as-owner/trust.ts';
import { cases, enough, patience } from '../helpers/cases.ts';

const isRoot = process.geteuid?.() === 0;
const [WEB, MALLORY, OWN_GROUP, SHARED_GROUP] = [12_345, 12_346, 500, 501];

interface Entry {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

interface Level extends Entry {
  /** Where this is but a link, and the directory that it leads to has another parent: that one's, and whose link it is. */
  readonly link: { readonly uid: number; readonly parent: Entry; readonly isAbsolute: boolean } | null;
}

// Most of each tree is as it should be, or hardly any of them would be.
const entry = fc.record({
  uid: fc.constantFrom(...Array.from({ length: 7 }, () => [0, WEB]).flat(), MALLORY),
  gid: fc.constantFrom(0, 0, OWN_GROUP, SHARED_GROUP),
  mode: fc.constantFrom(...Array.from({ length: 14 }, () => 0o755), 0o700, 0o775, 0o757, 0o777, 0o1777, 0o1755),
});
const link = fc.record({ uid: fc.constantFrom(0, WEB, MALLORY), parent: entry, isAbsolute: fc.boolean() });
const level = fc.tuple(entry, fc.option(link, { freq: 4 })).map(([own, to]): Level => ({ ...own, link: to }));
const trees = fc.record({
  top: entry,
  levels: fc.array(level, { minLength: 0, maxLength: 3 }),
  file: level,
  forRoot: fc.boolean(),
});

/** Whether anybody but root and the user may write to it, worked out from what it was made as. */
function isOthers({ uid, gid, mode }: Entry, user: number): boolean {
  const group = (mode & 0o020) !== 0 && (user === 0 || gid !== OWN_GROUP);
  return (uid !== 0 && uid !== user) || (mode & 0o002) !== 0 || group;
}

function own(path: string, { uid, gid, mode }: Entry): void {
  lchownSync(path, uid, gid);
  chmodSync(path, mode);
}

/** @returns the path of the file, as seen from the root of the tree */
function make(root: string, { top, levels, file }: { top: Entry; levels: readonly Level[]; file: Level }): string {
  let here = root;
  let path = '';
  own(root, top);
  for (const [index, one] of [...levels, file].entries()) {
    const name = `${index}`;
    let place = join(here, name);
    path += `/${name}`;
    if (one.link !== null) {
      const parent = join(root, `parent${index}`);
      mkdirSync(parent);
      place = join(parent, name);
      const up = '../'.repeat(here.slice(root.length).split('/').length - 1) || './';
      const target = one.link.isAbsolute ? `/parent${index}/${name}` : `${up}parent${index}/${name}`;
      symlinkSync(target, join(here, name));
      lchownSync(join(here, name), one.link.uid, 0);
      own(parent, one.link.parent);
    }
    if (index === levels.length) writeFileSync(place, '');
    else mkdirSync(place);
    own(place, one);
    here = place;
  }
  return path;
}

function trustFor(uid: number): Trust {
  return { uid, isOwnGroup: (gid) => uid !== 0 && gid === OWN_GROUP, nameOf: String };
}

describe.runIf(isRoot)('of random trees', () => {
  it('nothing is accepted that another could change, and all that nobody else could', {
    timeout: patience(180),
  }, () => {
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'workertop-trust-'));
    const counts = { accepted: 0, refused: 0 };
    try {
      fc.assert(
        fc.property(trees, ({ top, levels, file, forRoot }) => {
          const user = forRoot ? 0 : WEB;
          const tree = mkdtempSync(join(folder, 't'));
          const path = make(tree, { top, levels, file });
          const all = [top, ...levels, file, ...[...levels, file].flatMap((one) => one.link?.parent ?? [])];
          const before = openDescriptors();
          const root = openSync(tree, O_PATH | constants.O_DIRECTORY);
          try {
            const isSafe = all.every((one) => !isOthers(one, user));
            const verdict = outcomeOf(() => followOwn(path, trustFor(user), { root }));
            expect(verdict).toBe(isSafe);
            counts[verdict ? 'accepted' : 'refused']++;
            // Where a directory like /tmp is put up with, it is for what lies there by itself and belongs to the user or root.
            if (outcomeOf(() => follow(path, trustFor(user), { root, sticky: true })))
              expectNoLinkOfOthers(top, [...levels, file], user);
          } finally {
            closeSync(root);
            for (const one of openDescriptors()) if (!before.includes(one)) close(one);
            rmSync(tree, { recursive: true });
          }
        }),
        { numRuns: cases(3000) },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(counts.accepted).toBeGreaterThanOrEqual(enough(200));
    expect(counts.refused).toBeGreaterThanOrEqual(enough(200));
  });
});

/** No name on the way can be given to something else by others. */
function expectNoLinkOfOthers(top: Entry, levels: readonly Level[], user: number): void {
  let parent = top;
  for (const one of levels) {
    for (const [above, isLink] of one.link === null
      ? [[parent, false] as const]
      : [[parent, true] as const, [one.link.parent, false] as const]) {
      if (!isOthers(above, user)) continue;
      expect(above.mode & 0o1000).toBe(0o1000);
      expect([0, user]).toContain(above.uid);
      expect(isLink).toBe(false);
      expect([0, user]).toContain(one.uid);
    }
    parent = one;
  }
}

function outcomeOf(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

const openDescriptors = () => readdirSync('/proc/self/fd').map(Number);

function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // That of the list itself.
  }
}
