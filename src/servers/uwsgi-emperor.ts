import type { ServerDefinition } from './definition.ts';
import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';
import { lastOption, uwsgiConfigRequests } from './kit/uwsgi-options.ts';

/**
 * uWSGI's emperor (core/emperor.c) starts a uWSGI, a vassal, for each file of a directory. Each vassal is a server of
 * its own. With --master a process with the same command line stands above the emperor.
 */
export const uwsgiEmperor: ServerDefinition = unscalable({
  kind: 'uwsgi-emperor',
  label: 'uWSGI emperor',
  category: 'supervisor',
  configuredIn: 'the file of each vassal',
  distribution: 'uwsgi',
  claim: (facts) => {
    if (/^(?:.* )?uWSGI Emperor\s*$/.test(facts.argv[0] ?? '')) return { args: null };
    const { interpreter, name, args } = programOf(facts.argv);
    if (interpreter !== null || name === null || !/^uwsgi(?:-core|_python\d*)?$/.test(name)) return null;
    return lastOption(facts, args, 'emperor') === null ? null : { args };
  },
  configRequests: uwsgiConfigRequests,
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'Each of its vassals has a number of processes of its own: name one of those.',
});
