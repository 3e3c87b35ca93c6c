import { djangoCommand } from './kit/django-command.ts';
import { positionals } from './kit/flags.ts';
import { unscalable } from './kit/unscalable.ts';

/** Django's development server. Without --noreload, its parent is a reloader with the same argv. */
export const runserver = unscalable({
  kind: 'django-runserver',
  label: 'django runserver',
  distribution: 'django',
  configuredIn: 'one process',
  claim: (facts) => {
    const args = djangoCommand(facts, 'runserver') ?? djangoCommand(facts, 'runserver_plus');
    return args && { args };
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  bind: ({ claim: { args } }) => {
    const given =
      positionals(args ?? [], new Set(['--noreload', '--nothreading', '--insecure', '--ipv6', '-6']))[0] ?? '8000';
    return [given.includes(':') ? given : `127.0.0.1:${given}`];
  },
  advice: 'It is for development, and has no workers: run the project under gunicorn.',
});
