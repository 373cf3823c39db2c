// A local run: what answers at its address, or whether its ports are free.

import { createServer } from 'node:net';
import type { Paths } from '@hero-logic/platform';
import { httpGet } from '../background/http-get.ts';
import { readRunFile } from '../background/run-file.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export interface LocalToCheck {
  readonly paths: Paths;
  readonly host: string;
  readonly port: number;
  readonly version: string;
}

export async function checkLocal(local: LocalToCheck): Promise<Finding[]> {
  const run = readRunFile(local.paths);
  if (run === undefined) return checkPorts(local);
  const address = `http://${run.host}:${run.port}`;
  const ready = await httpGet({ host: run.host, port: run.port }, '/readyz');
  if (ready === undefined) {
    const fix = `stop it (kill ${run.pid}) and start it again; its log says what it was doing`;
    return [problem('local run', `process ${run.pid} is there, but ${address} does not answer`, fix)];
  }
  if (ready.status !== 200) {
    const wrong = ready.body.split('\n').filter((line) => line.startsWith('NOT'));
    return [
      problem(
        'local run',
        `${address} is not ready: ${wrong.join('; ').replaceAll('NOT ', '')}`,
        'mend what is named, and look at the log',
      ),
    ];
  }
  return [ok('local run', `process ${run.pid} is ready at ${address}`), ...(await checkVersion(run, local.version))];
}

async function checkVersion(at: { readonly host: string; readonly port: number }, version: string): Promise<Finding[]> {
  const health = await httpGet(at, '/health');
  const theirs = /"version":"([^"]*)"/.exec(health?.body ?? '')?.[1];
  if (theirs === undefined || theirs === version) return [];
  return [
    warning('version', `the run is ${theirs}, and this command ${version}`, 'start it again to run the new version'),
  ];
}

async function checkPorts({ host, port }: LocalToCheck): Promise<Finding[]> {
  const wanted = port === 0 ? [] : [port, port + 1];
  const taken = (await Promise.all(wanted.map(async (one) => ((await isFree(host, one)) ? [] : [one])))).flat();
  if (taken.length === 0)
    return [ok('ports', `nothing runs, and ${wanted.join(' and ') || 'any port'} of ${host} are free`)];
  const fix = 'stop what listens there, or start with another --port (HERO_LOGIC_PORT)';
  return [problem('ports', `${taken.join(' and ')} of ${host} taken by another program`, fix)];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
