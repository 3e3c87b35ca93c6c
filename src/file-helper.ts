import { readSync, writeSync } from 'node:fs';
import { answerBatch } from './source/files/helper.ts';
import { decodeBatch } from './source/files/protocol.ts';

// The process that reads users' files. A read may block it in the kernel for ever; then workertop leaves it behind and
// starts another. It ends when its standard input does, that is, when workertop ends.
const buffer = Buffer.allocUnsafe(64 * 1024);
const decoder = new TextDecoder();
let text = '';

function send(line: string): void {
  const bytes = Buffer.from(line);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(1, bytes, sent);
}

try {
  for (let length = readSync(0, buffer); length > 0; length = readSync(0, buffer)) {
    const lines = (text + decoder.decode(buffer.subarray(0, length), { stream: true })).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) answerBatch(decodeBatch(line), send);
  }
} catch {
  // workertop has ended: nobody reads the answers.
}
