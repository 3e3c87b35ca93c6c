import type { Socket } from 'node:net';

/** Bytes; what is longer is none of what is asked for. */
const MOST = 1024 * 1024;

/** Length of a frame's head: a number of four bytes, the most significant first, that tells how many follow. */
const HEAD = 4;

/** All that the other side says until it closes, as JSON. @throws Error when it is none, or too much */
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
 * Answers to commands of gunicorn's control protocol (gunicorn/ctl, from 25.1): frames of a length and JSON. The first answer must be
 * `isOwn` before anything else is asked.
 * @returns the data of each answer; null where the first one is somebody else's
 * @throws Error when an answer is none, does not come whole, or tells of an error
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
