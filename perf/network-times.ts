// What it takes to reach another process on this machine: a message over TCP and back, and a signal through Redis.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { silentLog } from '@hero-logic/platform';
import { createRedisSignals } from '@hero-logic/platform/signals/redis';

const MESSAGES = 1000;
const SIGNALS = 200;
const WARM_UP = 100;
const ECHO =
  "require('node:net').createServer((s) => { s.setNoDelay(); s.pipe(s) }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })";

/** Milliseconds of each way there and back. */
export async function roundTripsMs(): Promise<number[]> {
  const echo = spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(echo.stdout, 'data')) as [Buffer];
    const socket = connect(Number(String(port)), '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    const took = await repeated(MESSAGES, async () => {
      const back = once(socket, 'data');
      socket.write(Buffer.alloc(200));
      await back;
    });
    socket.destroy();
    return took;
  } finally {
    echo.kill();
  }
}

/** From one process's connection to another's; milliseconds of each. */
export async function signalsMs(url: string): Promise<number[]> {
  const [from, to] = [1, 2].map(() => createRedisSignals({ url, log: silentLog, channel: 'perf' }));
  if (from === undefined || to === undefined) return [];
  try {
    let heard: () => void = () => {};
    to.subscribe('topic', () => heard());
    const hear = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      });
    // Until both are connected nothing is heard.
    await Promise.race([hear(), repeatUntilHeard(from, hear)]);
    return await repeated(SIGNALS, async () => {
      const done = hear();
      from.publish('topic');
      await done;
    });
  } finally {
    from.close();
    to.close();
  }
}

async function repeatUntilHeard(from: { publish(topic: string): void }, hear: () => Promise<void>): Promise<void> {
  const heard = hear();
  const timer = setInterval(() => from.publish('topic'), 20);
  await heard;
  clearInterval(timer);
}

async function repeated(count: number, once: () => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  for (let n = -WARM_UP; n < count; n++) {
    const at = performance.now();
    await once();
    if (n >= 0) took.push(performance.now() - at);
  }
  return took;
}
