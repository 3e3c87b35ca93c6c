import type { ServerDefinition, ServerProcesses } from '../definition.ts';

/** A server whose number of workers cannot be changed while it runs, and what to do instead. */
export type Unscalable = Omit<ServerDefinition, 'category' | 'scaling'> & {
  readonly category?: ServerDefinition['category'];
  /** What changes its number of workers, as a sentence. The refusal puts it after the reason. */
  readonly advice: string | ((server: ServerProcesses) => string);
  /** What TTIN and TTOU do to it. Default: they stop it. */
  readonly signals?: string;
};

/** Makes a definition whose scaling is refused with a reason and the advice. */
export function unscalable({ advice, signals, category = 'app', ...rest }: Unscalable): ServerDefinition {
  const why = signals ?? `${rest.label} takes no TTIN or TTOU: they would freeze it.`;
  const refuse = (server: ServerProcesses) => `${why} ${typeof advice === 'string' ? advice : advice(server)}`;
  return { ...rest, category, scaling: { method: 'none', refuse } };
}
