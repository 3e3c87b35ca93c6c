import type { ProcessFacts } from '../snapshot.ts';
import { fromLines } from './configured.ts';
import { titleOf } from './program.ts';
import { unscalable } from './unscalable.ts';

const title = /^php-fpm: (?:master process \((.+)\)|pool (\S+))$/;

/** Where Debian keeps the pool that it installs. */
function poolFile(facts: ProcessFacts): string | null {
  const main = title.exec(titleOf(facts.argv) ?? '')?.[1];
  return main === undefined ? null : main.replace(/\/[^/]*$/, '/pool.d/www.conf');
}

/** php-fpm (fpm/fpm_signals.c): one master, and pools that it fills as its configuration says. */
export const phpFpm = unscalable({
  kind: 'php-fpm',
  label: 'php-fpm',
  documented: { configured: '`pm.max_children` of pool.d/www.conf', tested: 'live' },
  claim: ({ argv }) => {
    const [matched, main, pool] = title.exec(titleOf(argv) ?? '') ?? [];
    if (matched === undefined) return null;
    return main === undefined ? { role: 'worker', args: null, app: pool ?? '' } : { role: 'master', args: null };
  },
  settings: (facts) => {
    const path = poolFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*(?:\[|pm\s*=|pm\.max_children\s*=)/ }];
  },
  configured: ({ head: { facts } }) => {
    const path = poolFile(facts) ?? '';
    const lines = (facts.settings[path] ?? []).filter((line) => /pm\.max_children/.test(line));
    return (
      fromLines(path, lines, /^pm\.max_children\s*=\s*(\d+)/) ?? {
        count: null,
        by: null,
        where: 'pm.max_children in the files of its pools',
      }
    );
  },
  signals: 'php-fpm does nothing on TTIN and TTOU.',
  advice: ({ head }) =>
    `Set pm.max_children in ${poolFile(head.facts) ?? 'the file of its pool'}, then: kill -USR2 ${head.pid}`,
});
