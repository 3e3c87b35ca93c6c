import type { ServerDefinition, ServerProcesses } from '../definition.ts';

/** A server whose number of workers cannot be changed while it runs, and what can be done instead. */
export type Unscalable = Omit<ServerDefinition, 'category' | 'scaling'> & {
  readonly category?: ServerDefinition['category'];
  /** A sentence: what changes the number of its workers. It says after why signals do not. */
  readonly advice: string | ((server: ServerProcesses) => string);
  /** What it does on TTIN and TTOU: it would freeze, unless told otherwise. */
  readonly signals?: string;
};

export function unscalable({ advice, signals, category = 'app', ...rest }: Unscalable): ServerDefinition {
  const why = signals ?? `${rest.label} takes no TTIN or TTOU: they would freeze it.`;
  const refuse = (server: ServerProcesses) => `${why} ${typeof advice === 'string' ? advice : advice(server)}`;
  return { ...rest, category, scaling: { method: 'none', refuse } };
}
