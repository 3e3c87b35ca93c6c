import { djangoCommand } from './kit/django-command.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * django-q and django-q2 1.3 (django_q/cluster.py): the command forks a sentinel, which forks the workers first, then a
 * monitor and a pusher. All have one argv. If its settings do not set the number of workers, it is the number of cores.
 */
export const djangoQ = unscalable({
  kind: 'django-q',
  label: 'django-q',
  distribution: 'django-q',
  configuredIn: '`workers` of `Q_CLUSTER`, not read',
  claim: (facts) => {
    const args = djangoCommand(facts, 'qcluster');
    return args && { args };
  },
  role: ({ parent, process, children }) => {
    if (parent === null) return children.length > 0 ? 'master' : 'single';
    if (parent.parent === null) return 'helper';
    const siblings = parent.children
      .map((sibling) => sibling.process)
      .toSorted((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
    return siblings.indexOf(process) < siblings.length - OTHERS ? 'worker' : 'helper';
  },
  advice: 'Set workers of Q_CLUSTER in its settings, and restart it.',
});

/** The monitor and the pusher, which are started last. */
const OTHERS = 2;
