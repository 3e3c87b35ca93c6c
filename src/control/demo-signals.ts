import { availableActions } from '../model/scaling/process-actions.ts';
import type { DemoHost } from '../source/demo/host.ts';
import type { Signals } from './signals.ts';

/** Signals processes of the demo. No real process is signalled. */
export function demoSignals(host: DemoHost): Signals {
  return {
    scale({ head, scaling }, direction) {
      return scaling.reason ?? host.scale(head.pid, direction);
    },
    act(action, process, server) {
      const refusal = availableActions(process, server).find((offer) => offer.action === action)?.refusal ?? null;
      return refusal === null ? host.act(action, process.pid) : `Nothing was sent to ${process.pid}: ${refusal}.`;
    },
  };
}
