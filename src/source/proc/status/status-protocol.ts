import type { Socket } from 'node:net';

/** Most bytes of an answer. Status reports are shorter. */
const MOST = 1024 * 1024;

/** Bytes of a frame's head: the length of the rest, most significant byte first. */
const HEAD = 4;

/**
 * Reads everything until the other side closes, as JSON.
 * @throws Error if it is not JSON, or too long
 */
export async function readAll(socket: Socket): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST) throw new Error('too much');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/**
 * Sends commands of gunicorn's control protocol (gunicorn/ctl, from 25.1) and reads the answers: frames of a length and
 * JSON. If the first answer is not `isOwn`, nothing else is asked.
 * @returns the data of each answer; null if the first came from another process
 * @throws Error if an answer is malformed, incomplete or reports an error
 */
export async function readFramed(
  socket: Socket,
  commands: readonly string[],
  isOwn: (data: unknown) => boolean,
): Promise<readonly unknown[] | null> {
  const frames = framesOf(socket);
  const answers: unknown[] = [];
  for (const [index, command] of commands.entries()) {
    socket.write(frame({ id: index + 1, command, args: [] }));
    const { value, done } = await frames.next();
    if (done) throw new Error('no answer');
    const data = dataOf(value, index + 1);
    if (index === 0 && !isOwn(data)) return null;
    answers.push(data);
  }
  return answers;
}

function frame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

async function* framesOf(socket: Socket): AsyncGenerator<unknown, void> {
  let buffer: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= HEAD) {
      const length = buffer.readUInt32BE();
      if (length > MOST) throw new Error('too much');
      if (buffer.length < HEAD + length) break;
      yield JSON.parse(buffer.toString('utf8', HEAD, HEAD + length));
      buffer = buffer.subarray(HEAD + length);
    }
  }
}

function dataOf(answer: unknown, id: number): unknown {
  const sound =
    typeof answer === 'object' && answer !== null && 'status' in answer && 'id' in answer && 'data' in answer;
  if (!sound || answer.status !== 'ok' || answer.id !== id) throw new Error('no answer to what was asked');
  return answer.data;
}
