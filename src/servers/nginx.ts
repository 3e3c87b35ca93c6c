import type { ProcessFacts } from '../snapshot.ts';
import type { ConfiguredBy, ConfiguredWorkers, ServerDefinition, ServerProcesses } from './definition.ts';
import { ofFile } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { titleOf } from './kit/program.ts';

const title = /^nginx: (master process|worker process|cache (?:manager|loader) process)/;

/** The packages' path, used without -c. */
const USUAL = '/etc/nginx/nginx.conf';

/** nginx. Its workers and caches are recognised by their titles (ngx_process_cycle.c). */
export const nginx: ServerDefinition = {
  kind: 'nginx',
  label: 'nginx',
  configuredIn: '`worker_processes` of its `-c` file',
  category: 'service',
  claim({ argv }) {
    const what = title.exec(titleOf(argv) ?? '')?.[1];
    if (what === undefined) return null;
    if (what === 'master process') return { args: null };
    return { role: what === 'worker process' ? 'worker' : 'helper', args: null };
  },
  // Until it sets its title, a worker has its master's.
  role: ({ parent }) => (parent === null ? 'master' : 'worker'),
  configRequests: (facts) => {
    const path = configFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*worker_processes\s/ }];
  },
  configured,
  scaling: {
    method: 'none',
    refuse: ({ head: { facts } }) =>
      `nginx takes no TTIN or TTOU: it would freeze. Edit worker_processes in ${configFile(facts) ?? 'its configuration'} and use: nginx -s reload`,
  },
};

/** The arguments of a master, whose title repeats its command line without quotes. Null for a worker. */
function argsOf({ argv }: ProcessFacts): readonly string[] | null {
  const text = titleOf(argv) ?? '';
  return text.startsWith('nginx: master process ') ? text.split(' ').slice(4) : null;
}

function configFile(facts: ProcessFacts): string | null {
  const args = argsOf(facts);
  if (args === null) return null;
  const given = flag(args, ['-c'])?.value ?? USUAL;
  if (given.startsWith('/')) return given;
  const prefix = flag(args, ['-p'])?.value;
  return prefix?.startsWith('/') ? `${prefix.replace(/\/$/, '')}/${given}` : null;
}

/** The number of ngx_core_module: `auto` means one for each core, the default is one. */
function configured({ head: { facts } }: ServerProcesses): ConfiguredWorkers {
  const given = /\bworker_processes (\w+);/.exec(titleOf(facts.argv) ?? '')?.[1];
  if (given !== undefined) return answer(given, { type: 'flag', name: '-g' }, '-g on the command line');
  const path = configFile(facts);
  const lines = path === null ? undefined : facts.configLines[path];
  if (path === null || lines === undefined) {
    return { count: null, by: null, where: `unknown: ${path ?? 'its configuration'} could not be read` };
  }
  const value = /^\s*worker_processes\s+(\w+)\s*;/.exec(lines.at(-1) ?? '')?.[1];
  if (value === undefined) return { count: 1, by: { type: 'default' }, where: 'nginx’s default of 1' };
  return answer(value, ofFile(path), path);
}

function answer(value: string, by: ConfiguredBy, where: string): ConfiguredWorkers {
  const phrase = `worker_processes ${value} in ${where}`;
  return { count: /^\d+$/.test(value) ? Number(value) : null, by, where: phrase };
}
