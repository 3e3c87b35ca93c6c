import { bytes, duration } from '../../text/figures.ts';
import type { History } from '../history/history.ts';
import type { ProcessNode, Server } from '../model.ts';
import { availableActions } from '../scaling/process-actions.ts';
import { eachServer, nameOf, type Rule, type Severity, serverAdvice } from './rule.ts';

/** Least growth worth reporting: bytes per hour, and as a fraction of the process's memory. */
const LEAST_PER_HOUR = 4 * 1024 * 1024;
const LEAST_SHARE_PER_HOUR = 0.03;

const MINUTE = 60;
const HOUR = 3600;

/** Seconds. Over a shorter time a program that warms up looks like one that leaks. */
const CERTAIN = 900;

interface Grower {
  readonly process: ProcessNode;
  /** Bytes. */
  readonly perHour: number;
  /** Seconds. */
  readonly seconds: number;
}

/** Processes of a server that grow steadily. For workers, it names the setting that replaces them in time. */
export const growing: Rule = (model, history) =>
  eachServer(model, (server, project) => {
    const growers = server.processes.flatMap((process) => growerOf(process, history));
    const fastest = growers.toSorted((a, b) => b.perHour - a.perHour)[0];
    if (fastest === undefined) return null;
    const together = growers.reduce((sum, { perHour }) => sum + perHour, 0);
    const left = (model.host.memory.available / together) * HOUR;
    return serverAdvice(
      project,
      server,
      {
        kind: 'growing',
        severity: urgency(left, fastest.seconds),
        text: `${growth(server, growers, fastest, together)}; ${outlook(left)}. ${remedy(server, fastest)}`,
        key: isReplaced(fastest.process, server) ? 'F9' : null,
        where: fastest.process.role === 'worker' ? (server.definition.recycling ?? null) : null,
      },
      fastest.process.pid,
    );
  });

function growerOf(process: ProcessNode, history: History): readonly Grower[] {
  const trend = history.trend(`process:${process.key}`);
  if (trend === null) return [];
  const least = Math.max(LEAST_PER_HOUR, LEAST_SHARE_PER_HOUR * (process.memory.counted ?? 0));
  return trend.perHour < least ? [] : [{ process, ...trend }];
}

function growth(server: Server, growers: readonly Grower[], fastest: Grower, together: number): string {
  const { process, seconds } = fastest;
  const rate = `${bytes(together)}/h for ${duration(seconds)}`;
  if (growers.length === 1) return `${nameOf(server, process)} grows ${rate}`;
  return `${growers.length} processes grow ${rate}, ${process.pid} most`;
}

function remedy({ definition }: Server, { process }: Grower): string {
  if (process.role !== 'worker') return 'A restart helps for a while.';
  return definition.recycling === undefined
    ? 'Replacing it now and then helps.'
    : `${definition.recycling} replaces it in time.`;
}

/** Whether its master starts another one when it ends. */
function isReplaced(process: ProcessNode, server: Server): boolean {
  return availableActions(process, server).some(({ action, refusal }) => action === 'recycle' && refusal === null);
}

/** The time left, in words. It is a guess, so less than a minute is called full. */
function outlook(secondsLeft: number): string {
  return secondsLeft < MINUTE ? 'memory is full' : `full in ${duration(secondsLeft)}`;
}

function urgency(secondsLeft: number, seen: number): Severity {
  if (secondsLeft < HOUR && seen >= CERTAIN) return 'critical';
  return secondsLeft < 24 * HOUR ? 'warning' : 'info';
}
