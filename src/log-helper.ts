import { writeLog } from './control/log-writer.ts';

// The process that writes the log of actions, whose path is its only argument.
void writeLog(process.argv[2] ?? '');
