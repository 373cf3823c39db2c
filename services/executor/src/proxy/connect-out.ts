// A connection to what a play may reach: the name is looked up once, every address is checked, and the one that was checked is connected to.

import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { AllowList, Endpoint, OpenPlaces } from './allow-list.ts';

export type RefusalType = 'HostNotAllowed' | 'AddressClosed' | 'HostNotFound' | 'HostUnreachable';

export class Refusal extends Error {
  readonly type: RefusalType;

  constructor(type: RefusalType, message: string) {
    super(message);
    this.name = 'Refusal';
    this.type = type;
  }
}

export type Resolve = (host: string) => Promise<string[]>;

export interface Outside {
  readonly resolve: Resolve;
  readonly open: OpenPlaces;
}

const CONNECT_WITHIN_MS = 15_000;

/** All addresses of a name, as the system finds them. */
export const resolveHost: Resolve = async (host) => {
  if (isIP(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map(({ address }) => address);
};

export interface Rights {
  /** What the version lists. */
  readonly allowed: AllowList;
  /** What the deployment gives, at whatever address. */
  readonly given: AllowList;
}

/** Rejects with a Refusal. */
export async function checkedAddress(outside: Outside, guest: Rights, endpoint: Endpoint): Promise<string> {
  const shown = `${endpoint.host}:${endpoint.port}`;
  const isGiven = guest.given.allows(endpoint);
  if (!isGiven && !guest.allowed.allows(endpoint)) {
    throw new Refusal('HostNotAllowed', `${shown} is not among the hosts that the version lists (limits.hosts)`);
  }
  let addresses: string[];
  try {
    addresses = await outside.resolve(endpoint.host);
  } catch (error) {
    throw new Refusal('HostNotFound', `${endpoint.host} has no address: ${(error as Error).message}`);
  }
  const address = addresses.find((one) => isGiven || outside.open.isOpen(endpoint, one));
  if (address !== undefined) return address;
  throw new Refusal(
    'AddressClosed',
    `${shown} is at a private, loopback or metadata address, and HERO_LOGIC_OPEN_ADDRESSES does not open it`,
  );
}

/** Connects to an address that was checked. Rejects with a Refusal. */
export function connectTo(address: string, { host, port }: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, timeout: CONNECT_WITHIN_MS });
    const fail = (why: string) => {
      socket.destroy();
      reject(new Refusal('HostUnreachable', `${host}:${port} cannot be reached: ${why}`));
    };
    socket.once('error', (error) => fail(error.message));
    socket.once('timeout', () => fail(`no answer within ${CONNECT_WITHIN_MS / 1000} s`));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      socket.removeAllListeners('timeout');
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
