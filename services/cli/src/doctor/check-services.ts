// The services of a deployment as this place sees them: reachable, ready, of the same version, with the same time.

import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { type Finding, messageOf, ok, problem, warning } from './finding.ts';

const TIMEOUT_MS = 3000;
/** Leases are judged by the clocks of scheduler and executor; a date in a header is cut to its second. */
const MOST_SKEW_MS = 2500;

export interface ServicesToCheck {
  /** Base URL by the name of the service, gRPC. */
  readonly urls: Readonly<Record<string, string>>;
  readonly version: string;
}

export async function checkServices({ urls, version }: ServicesToCheck): Promise<Finding[]> {
  const found = await Promise.all(Object.entries(urls).map(([name, url]) => checkOne(name, url, version)));
  return found.flat();
}

async function checkOne(name: string, baseUrl: string, version: string): Promise<Finding[]> {
  const variable = `HERO_LOGIC_${name.toUpperCase()}_URL`;
  let headers = new Headers();
  try {
    const client = createClient(Health, createGrpcTransport({ baseUrl, defaultTimeoutMs: TIMEOUT_MS }));
    const { status } = await client.check({}, { onHeader: (sent) => (headers = sent) });
    const state =
      status === Status.SERVING
        ? ok(name, `${baseUrl} is ready`)
        : problem(
            name,
            `${baseUrl} is not ready`,
            `look at /readyz of ${name}, and at its log: it says what is missing`,
          );
    return [state, ...versionOf(name, headers, version), ...clockOf(name, headers)];
  } catch (error) {
    const { code } = ConnectError.from(error);
    const said = `${baseUrl} does not answer: ${messageOf(error)}`;
    if (code === Code.Unimplemented) {
      return [problem(name, `${baseUrl} is something else: it has no gRPC health`, `correct ${variable}`)];
    }
    return [problem(name, said, `start the ${name}, open the network to it, or correct ${variable}`)];
  }
}

function versionOf(name: string, headers: Headers, version: string): Finding[] {
  const theirs = headers.get('hero-logic-version');
  if (theirs === null || theirs === version) return [];
  return [
    warning(
      name,
      `runs ${theirs}, and this is ${version}`,
      'two versions may run side by side; finish the rollout soon',
    ),
  ];
}

function clockOf(name: string, headers: Headers): Finding[] {
  const theirs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return [];
  const skew = Math.abs(Date.now() - theirs);
  if (skew <= MOST_SKEW_MS) return [];
  const said = `its clock is ${(skew / 1000).toFixed(0)} s away from the one here`;
  return [problem(name, said, 'keep the clocks of all machines together with NTP: leases are judged by them')];
}
