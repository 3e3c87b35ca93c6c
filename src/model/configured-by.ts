import type { ConfiguredBy } from '../servers/definition.ts';

/** What sets a number of workers, for programs: `argv -w`, `WEB_CONCURRENCY`, `gunicorn.conf.py`; null if unknown. */
export function configuredByText(by: ConfiguredBy | null): string | null {
  switch (by?.type) {
    case undefined:
      return null;
    case 'flag':
      return `argv ${by.name}`;
    case 'variable':
    case 'file':
    case 'directive':
      return by.name;
    case 'status':
      return 'control socket';
    case 'default':
      return 'default';
  }
}
