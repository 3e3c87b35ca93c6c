import type { ProcessFacts } from '../snapshot.ts';
import type { ConfiguredWorkers, MostWorkers, ServerProcesses } from './definition.ts';
import { type ApacheDirective, apacheConfigRequests, apacheDirectives, apacheFile } from './kit/apache-config.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { modWsgi } from './mod-wsgi.ts';

/** Apache httpd, 2.4: its parent and what serves requests. mod_wsgi's daemons are children of the same parent. */
export const apache = unscalable({
  kind: 'apache',
  label: 'apache',
  category: 'service',
  configuredIn: '`MaxRequestWorkers`',
  manages: modWsgi,
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'apache2' || name === 'httpd' ? { args } : null;
  },
  // It may have daemons of mod_wsgi alone.
  role: ({ parent }) => (parent === null ? 'master' : 'worker'),
  configRequests: apacheConfigRequests,
  configured: ({ head: { facts } }) => ofRequests(facts, settingsOf(facts)),
  most,
  advice: ({ head: { facts } }) => {
    const places = settingsOf(facts).flatMap(({ path, directive }) =>
      directive === 'MaxRequestWorkers' ? [path] : [],
    );
    const where = places.length === 0 ? '' : ` in ${[...new Set(places)].join(' or ')}`;
    return `Set MaxRequestWorkers${where}, then: apachectl graceful`;
  },
});

function settingsOf(facts: ProcessFacts): readonly ApacheDirective[] {
  const main = apacheFile(facts);
  return main === null ? [] : apacheDirectives(facts, main);
}

function ofRequests(facts: ProcessFacts, configLines: readonly ApacheDirective[]): ConfiguredWorkers {
  const found = configLines.findLast(({ directive }) => directive === 'MaxRequestWorkers');
  if (found === undefined) {
    return { count: null, by: null, where: `unknown: not found in ${apacheFile(facts) ?? 'its configuration'}` };
  }
  const { path, value, mpm } = found;
  // The other modules have it as a number of threads, of all processes together.
  const processes = mpm === 'prefork' && /^\d+$/.test(value);
  const where = `MaxRequestWorkers ${value} in ${path}${processes ? '' : ', which are threads'}`;
  return { count: processes ? Number(value) : null, by: { type: 'directive', name: 'MaxRequestWorkers' }, where };
}

function most({ head: { facts } }: ServerProcesses): MostWorkers | null {
  const { count } = ofRequests(facts, settingsOf(facts));
  return count === null ? null : { count, by: 'MaxRequestWorkers' };
}
