import { expect, it } from 'vitest';
import { unreadFiles } from '../../src/model/silent-mount.ts';
import { facts } from '../helpers/samples.ts';

const silent = ['/mnt/backup', '/mnt/media'];

it('a process whose files were all read has nothing to tell of them', () => {
  expect(unreadFiles(facts({ cwd: '/mnt/media/shop' }), silent)).toBeNull();
});

it('a process is told which of several mounts keeps its files', () => {
  const unread = (of: Parameters<typeof facts>[0]) => unreadFiles({ ...facts(of), files: 'unknown' }, silent);
  expect(unread({ cwd: '/mnt/media/shop' })).toBe('/mnt/media does not answer');
  expect(unread({ cwd: '/', argv: ['python', '/mnt/media/shop/manage.py'] })).toBe('/mnt/media does not answer');
  // A link may lead to either.
  expect(unread({ cwd: '/srv/shop' })).toBe('some could not be read');
  expect(unreadFiles({ ...facts({ cwd: '/srv/shop' }), files: 'unknown' }, ['/mnt/nfs'])).toBe(
    '/mnt/nfs does not answer',
  );
});

it('files that are unread for another reason name no mount', () => {
  expect(unreadFiles({ ...facts({}), files: 'unknown' }, [])).toBe('some could not be read');
  expect(unreadFiles({ ...facts({}), files: 'waiting' }, silent)).toBe('still to be read');
});
