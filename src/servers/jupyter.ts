import { argsOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Commands of jupyter, and those that a hub starts for each user. */
const programs = [
  ...['jupyter', 'jupyter-lab', 'jupyter-notebook', 'jupyter-server'],
  ...['jupyterhub', 'jupyterhub-singleuser', 'jupyter-labhub'],
];

export const jupyter = unscalable({
  kind: 'jupyter',
  label: 'jupyter',
  configuredIn: 'a process for each notebook',
  claim: (facts) => {
    const args = argsOf(facts, programs);
    if (args) return { args };
    return argsOf(facts, ['ipykernel_launcher', 'ipykernel']) ? { role: 'helper', args: null } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'Shut down kernels that are not needed: each notebook has one.',
});
