import { ActionLog, actionLogPath, type LogSink, noLog } from '../control/action-log.ts';
import { LogProcess } from '../control/log-process.ts';
import { programBeside } from './beside.ts';

/**
 * Opens the log of actions, which a process of its own writes.
 * @param tell called once if the log cannot be written, and for each change that an earlier session left unfinished
 * @param host the machine that is acted on; null for this one
 * @param number tells machines apart that are acted on at a time; null for a single one
 */
export function openActionLog(
  tell: (text: string) => void,
  host: string | null,
  number: number | null = null,
): ActionLog {
  const path = actionLogPath(process.env);
  const none = (why: string) => tell(`Actions are not logged: ${why}.`);
  const session = `${process.pid}${number === null ? '' : `.${number}`}`;
  if (path === null)
    return new ActionLog(
      unkept(() => none('there is no home directory')),
      session,
      host,
    );
  const command = [process.execPath, ...process.execArgv, programBeside('log-helper'), path];
  const sink = new LogProcess(command, ({ type, text }) => (type === 'problem' ? none(text) : tell(text)));
  return new ActionLog(sink, session, host);
}

/**
 * A log without a file.
 * @param tell called at the first line
 */
function unkept(tell: () => void): LogSink {
  let told = false;
  return {
    ...noLog,
    send: () => {
      if (!told) tell();
      told = true;
    },
  };
}
