import { advice, type Rule } from './rule.ts';

/** Seconds after which everything readable has been read. */
const READ_BY_NOW = 20;

/** Figures that only root may read are estimates. If the source knows RSS only, root would not help. */
export const coverage: Rule = (model, history) => {
  const { processes, exact, rootOnly } = model.coverage;
  if (model.accounting === 'rss' || rootOnly === 0 || history.span < READ_BY_NOW) return [];
  const text = `${exact} of ${processes} processes have exact figures, the others are estimates: root reads all.`;
  return [
    advice(
      { type: 'machine' },
      { kind: 'coverage', severity: 'info', text, where: 'sudo workertop, or --sudo with --host' },
    ),
  ];
};
