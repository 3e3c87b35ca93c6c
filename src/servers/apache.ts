import type { ProcessFacts } from '../snapshot.ts';
import type { ConfiguredWorkers, MostWorkers, ServerProcesses } from './definition.ts';
import { type ApacheDirective, apacheConfigRequests, apacheDirectives, apacheFile } from './kit/apache-config.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { modWsgi } from './mod-wsgi.ts';

/**
 * Apache httpd, 2.4: its parent and the children that serve requests. mod_wsgi's daemons are children of the same
 * parent.
 */
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
  // Its only children may be daemons of mod_wsgi.
  role: ({ parent }) => (parent === null ? 'master' : 'worker'),
  configRequests: apacheConfigRequests,
  configured: ({ head: { facts } }) => maxRequestWorkers(facts, directivesOf(facts)),
  most,
  advice: ({ head: { facts } }) => {
    const places = directivesOf(facts).flatMap(({ path, directive }) =>
      directive === 'MaxRequestWorkers' ? [path] : [],
    );
    const where = places.length === 0 ? '' : ` in ${[...new Set(places)].join(' or ')}`;
    return `Set MaxRequestWorkers${where}, then: apachectl graceful`;
  },
});

function directivesOf(facts: ProcessFacts): readonly ApacheDirective[] {
  const main = apacheFile(facts);
  return main === null ? [] : apacheDirectives(facts, main);
}

function maxRequestWorkers(facts: ProcessFacts, directives: readonly ApacheDirective[]): ConfiguredWorkers {
  const last = directives.findLast(({ directive }) => directive === 'MaxRequestWorkers');
  if (last === undefined) {
    return { count: null, by: null, where: `unknown: not found in ${apacheFile(facts) ?? 'its configuration'}` };
  }
  const { path, value, mpm } = last;
  // In other modules it is the number of threads of all processes together.
  const processes = mpm === 'prefork' && /^\d+$/.test(value);
  const where = `MaxRequestWorkers ${value} in ${path}${processes ? '' : ', which are threads'}`;
  return { count: processes ? Number(value) : null, by: { type: 'directive', name: 'MaxRequestWorkers' }, where };
}

function most({ head: { facts } }: ServerProcesses): MostWorkers | null {
  const { count } = maxRequestWorkers(facts, directivesOf(facts));
  return count === null ? null : { count, by: 'MaxRequestWorkers' };
}
