// The servers that are named in the environment: a connection to each host, and of MongoDB whether it lets us in and is new enough.

import { connect } from 'node:net';
import type { Env } from '@hero-logic/platform';
import { type Finding, messageOf, ok, problem } from './finding.ts';

const TIMEOUT_MS = 2000;
const SERVERS = [
  { variable: 'MONGODB_URL', check: 'mongodb', port: 27017 },
  { variable: 'REDIS_URL', check: 'redis', port: 6379 },
  { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', check: 'traces', port: 4317 },
] as const;

export async function checkServers(env: Env): Promise<Finding[]> {
  const named = SERVERS.filter(({ variable }) => (env[variable] ?? '') !== '');
  const found = await Promise.all(named.map((server) => checkOne(server, env[server.variable] ?? '')));
  const all = found.flat();
  const reachesMongo = all.some(({ check, level }) => check === 'mongodb' && level === 'ok');
  return reachesMongo ? [...all, await checkMongo(env.MONGODB_URL ?? '')] : all;
}

async function checkOne(server: (typeof SERVERS)[number], url: string): Promise<Finding[]> {
  const { variable, check, port } = server;
  const hosts = hostsOf(url, port);
  if (hosts === undefined) {
    return [problem(check, `${variable} is no address`, `write ${variable} as scheme://host:port`)];
  }
  return Promise.all(
    hosts.map(async ({ host, port }) => {
      const trouble = await connectProblem(host, port);
      if (trouble === undefined) return ok(check, `${host}:${port} takes connections`);
      return problem(
        check,
        `${host}:${port} does not answer: ${trouble}`,
        `start it, open the network to it, or correct ${variable}`,
      );
    }),
  );
}

/** As a service opens it at its start. */
async function checkMongo(url: string): Promise<Finding> {
  const { openMongo } = await import('@hero-logic/platform/mongo/connect');
  try {
    const mongo = await openMongo({ url });
    await mongo.close();
    return ok('mongodb', 'it lets us in and is new enough');
  } catch (error) {
    return problem('mongodb', messageOf(error), 'correct MONGODB_URL, or what it says of the server');
  }
}

/** Several hosts may stand in the address of a replica set. A name of the form mongodb+srv is found by the driver only. */
function hostsOf(url: string, usual: number): { host: string; port: number }[] | undefined {
  const found = /^([a-z+]+):\/\/(?:[^@/]*@)?([^/?]+)/.exec(url);
  if (found === null) return undefined;
  if (found[1]?.endsWith('+srv')) return [];
  return (found[2] ?? '').split(',').map((one) => {
    const [, host = '', port] = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(one) ?? [];
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? usual) };
  });
}

function connectProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (said: string | undefined) => {
      socket.destroy();
      resolve(said);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${TIMEOUT_MS / 1000} s`));
    socket.once('error', (error) => end(messageOf(error)));
  });
}
