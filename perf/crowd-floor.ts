// What many plays at once could do at the most here, each in a process of its own: programs that send lines made before (crowd-floor.py) to
// a server that reads them as JSON, writes one row for each step, and answers once it is synced. No SDK, no tree, no tables, no sandbox.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

interface Step {
  readonly play: Socket;
  readonly text: string;
}

/** Steps a second, all plays together. `folder` takes the socket and the store. */
export async function crowdFloorPerSecond(folder: string, plays: number, steps: number): Promise<number> {
  const db = new DatabaseSync(join(folder, 'crowd.sqlite'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS s (lines TEXT)');
  const insert = db.prepare('INSERT INTO s VALUES (?)');
  let queue: Step[] = [];
  const commit = () => {
    const taken = queue;
    queue = [];
    db.exec('BEGIN');
    for (const { text } of taken) insert.run(text);
    db.exec('COMMIT');
    for (const { play } of taken) play.write('{"ack": 123456}\n');
  };
  const server = createServer((play) => {
    play.setEncoding('utf8');
    play.on('error', () => {}); // its process has ended
    play.on('data', (text: string) => {
      for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
      if (queue.push({ play, text }) === 1) setImmediate(commit);
    });
    connected.push(play);
    if (connected.length === plays) allConnected.resolve();
  });
  const connected: Socket[] = [];
  const allConnected = Promise.withResolvers<void>();
  const path = join(folder, 'crowd.sock');
  server.listen(path);
  try {
    await once(server, 'listening');
    const ended = Array.from({ length: plays }, () => runPlay(path, steps));
    await Promise.race([allConnected.promise, ...ended]);
    const began = performance.now();
    for (const play of connected) play.write('ready\n');
    await Promise.all(ended);
    return (plays * steps * 1000) / (performance.now() - began);
  } finally {
    server.close();
    db.close();
  }
}

async function runPlay(path: string, steps: number): Promise<void> {
  const script = fileURLToPath(new URL('./crowd-floor.py', import.meta.url));
  const python = process.env.HERO_LOGIC_PYTHON ?? '/usr/bin/python3';
  const play = spawn(python, [script, path, String(steps)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(play, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`crowd-floor.py ended with ${code}`);
}
