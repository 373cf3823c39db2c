// Signals between processes, over one channel of a Redis: every process hears every topic, so that a wait which has just begun misses
// nothing. What is published within a millisecond goes as one message.
//
// Redis keeps nothing and decides nothing. While it is away, signals stay within their process and waits find what changed when they look
// again by themselves; when it is back, every listener is called once, since signals may have been missed.

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { ConfigError } from '../env.ts';
import type { Log } from '../log.ts';
import { createInProcessSignals, type Signals } from './signals.ts';

export interface RedisSignalsOptions {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly log: Log;
  /** Processes of one deployment share it. */
  readonly channel?: string;
}

export interface RedisSignals extends Signals {
  /** Whether other processes are heard only when they are looked for. */
  isAway(): boolean;
  close(): void;
}

const CHANNEL = 'hero-logic:signals';
const COLLECT_MS = 1;
const LONGEST_RETRY_MS = 2000;

/** Connects in the background: a Redis that is away is no reason not to start. Throws a ConfigError naming REDIS_URL for what is no address. */
export function createRedisSignals({ url, log, channel = CHANNEL }: RedisSignalsOptions): RedisSignals {
  const own = randomUUID();
  const local = createInProcessSignals();
  const topics = new Map<string, number>();
  const outgoing = new Set<string>();
  const sender = connect(url);
  const receiver = sender.duplicate();
  let isAway = false;
  let timer: NodeJS.Timeout | undefined;

  for (const connection of [sender, receiver]) connection.on('error', lost);
  receiver.on('ready', () => {
    receiver.subscribe(channel).then(found, lost);
  });
  receiver.on('message', (_channel, message: string) => {
    const [from, ...names] = message.split('\n');
    if (from !== own) for (const name of names) local.publish(name);
  });

  function lost(error: Error): void {
    if (isAway) return;
    isAway = true;
    log.warn(
      { redis: sender.options.host, problem: error.message },
      'no signals from REDIS_URL: other processes are heard late',
    );
  }

  function found(): void {
    if (isAway) log.warn({ redis: sender.options.host }, 'signals from REDIS_URL are back');
    isAway = false;
    for (const topic of [...topics.keys()]) local.publish(topic);
  }

  function send(): void {
    timer = undefined;
    const message = [own, ...outgoing].join('\n');
    outgoing.clear();
    sender.publish(channel, message).catch(() => {}); // lost, as signals may be
  }

  return {
    isAway: () => isAway,
    publish(topic) {
      local.publish(topic);
      outgoing.add(topic);
      timer ??= setTimeout(send, COLLECT_MS);
    },
    subscribe(topic, fn) {
      topics.set(topic, (topics.get(topic) ?? 0) + 1);
      const stop = local.subscribe(topic, fn);
      let stopped = false;
      return () => {
        if (stopped) return;
        stopped = true;
        stop();
        const left = (topics.get(topic) ?? 1) - 1;
        if (left === 0) topics.delete(topic);
        else topics.set(topic, left);
      };
    },
    close() {
      if (timer !== undefined) send();
      // Sends what is on its way; one that is away has nothing to send.
      if (sender.status === 'ready') sender.quit().catch(() => sender.disconnect());
      else sender.disconnect();
      receiver.disconnect();
    },
  };
}

function connect(url: string): Redis {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new ConfigError('REDIS_URL', 'must be the address of a Redis, such as redis://127.0.0.1:6379');
  }
  return new Redis(url, {
    connectionName: 'hero-logic',
    connectTimeout: 5000,
    enableOfflineQueue: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS),
  });
}
