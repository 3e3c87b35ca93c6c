import { programOf } from './program.ts';
import { unscalable } from './unscalable.ts';

/** Apache httpd, with mod_wsgi too, whose daemons may call themselves `(wsgi:NAME)`, cut to what they were called before. */
export const apache = unscalable({
  kind: 'apache',
  label: 'apache',
  category: 'service',
  documented: { configured: '`MaxRequestWorkers`, not read', tested: 'recorded' },
  claim: ({ argv }) => {
    if (/^\(wsgi:/.test(argv[0] ?? ''))
      return { role: 'worker', args: null, app: (argv[0] ?? '').replace(/^\(wsgi:|\)$/g, '') };
    const { name, args } = programOf(argv);
    return name === 'apache2' || name === 'httpd' ? { args } : null;
  },
  advice: 'Set MaxRequestWorkers, or processes of WSGIDaemonProcess for mod_wsgi, then: apachectl graceful',
});
