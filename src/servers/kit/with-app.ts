import type { Claim } from '../definition.ts';
import { positionals } from './flags.ts';

/** A claim whose app is the first positional argument. @param switches flags that take no value */
export function withApp(args: readonly string[], switches: readonly string[] = []): Claim {
  const app = positionals(args, new Set(switches))[0];
  return app === undefined ? { args } : { args, app };
}
