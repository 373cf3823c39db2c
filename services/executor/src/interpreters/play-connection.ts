import { writeSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createLineSplitter } from './lines.ts';

/** One play's end of the wire: lines in both directions over a connected Unix socket. */
export interface PlayConnection {
  /** The newest listener gets the lines; while there is none they wait. */
  onLines(listener: ((lines: string[]) => void) | undefined): void;
  send(line: string): void;
  pause(): void;
  resume(): void;
  /** Closes without waiting for what the play still has to say. */
  destroy(): void;
  /** Settles once the play's end is closed and every line of it was handed on. */
  readonly closed: Promise<void>;
}

/**
 * Listens for plays. The high-water mark of one byte makes a paused socket stop reading at once: what it had read ahead
 * would be lost if the play died with an acknowledgement unread, because Node then drops its buffer (ECONNRESET).
 */
export function createPlayServer(onSocket: (socket: Socket) => void): Server {
  return createServer({ highWaterMark: 1 }, onSocket);
}

export function createPlayConnection(options: {
  socket: Socket;
  maxLineBytes: number;
  onTooLong(): void;
}): PlayConnection {
  const { socket } = options;
  const closed = Promise.withResolvers<void>();
  const write = createWriter(socket);
  let listener: ((lines: string[]) => void) | undefined;
  let waiting: string[] = [];

  const splitter = createLineSplitter({
    maxLineBytes: options.maxLineBytes,
    onTooLong: options.onTooLong,
    onLines(lines) {
      if (listener) listener(lines);
      else waiting.push(...lines);
    },
  });
  socket.on('data', (chunk) => splitter.push(chunk));
  socket.on('error', () => {}); // a dead play; 'close' follows
  socket.on('close', () => {
    splitter.end();
    closed.resolve();
  });

  return {
    onLines(next) {
      listener = next;
      if (!next || waiting.length === 0) return;
      const lines = waiting;
      waiting = [];
      next(lines);
    },
    send: (line) => write(`${line}\n`),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
    closed: closed.promise,
  };
}

/**
 * Writes straight to the descriptor. A failed write through the stream would destroy it together with the lines of the
 * dead play that still wait in the kernel; this way they are read to the end. Only what does not fit goes through it.
 */
function createWriter(socket: Socket): (text: string) => void {
  const { fd } = (socket as unknown as { _handle?: { fd?: number } })._handle ?? {};
  if (fd === undefined || fd < 0) {
    return (text) => {
      if (!socket.destroyed) socket.write(text);
    };
  }
  let isDead = false;
  return (text) => {
    if (isDead || socket.destroyed || !socket.writable) return;
    const bytes = Buffer.from(text);
    if (socket.writableLength > 0) {
      socket.write(bytes);
      return;
    }
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') socket.write(bytes.subarray(written));
      else isDead = true;
    }
  };
}
