// What a play may reach: the hosts that its version lists, at public addresses; others only where the deployment opens them.

import { isIP } from 'node:net';
import { addressList, inAddressList, isPublicAddress } from '@hero-logic/platform';

export interface Endpoint {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface AllowList {
  /** By name and port, before anything is looked up. */
  allows(endpoint: Endpoint): boolean;
}

const WEB_PORTS = [80, 443];
const ENTRY = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:]+))(?::(\d+))?$/;

/** Entries as `VersionLimits.hosts` describes them. What cannot be read allows nothing. */
export function createAllowList(entries: readonly string[]): AllowList {
  const rules = entries.flatMap((entry) => {
    const [, bracketed, plain, port] = ENTRY.exec(entry) ?? [];
    const name = canonical(bracketed ?? plain ?? '');
    return name === '' ? [] : [{ name, ports: port === undefined ? WEB_PORTS : [Number(port)] }];
  });
  return {
    allows: ({ host, port }) => rules.some(({ name, ports }) => ports.includes(port) && matches(name, canonical(host))),
  };
}

function matches(name: string, host: string): boolean {
  if (name === '*') return true;
  if (!name.startsWith('*.')) return name === host;
  return isIP(host) === 0 && host.endsWith(name.slice(1)) && host.length > name.length - 1;
}

/** Lower case, without the dot that ends a full name. */
function canonical(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** What the deployment opens besides public addresses: addresses, subnets, or names with whatever addresses they have. */
export interface OpenPlaces {
  isOpen(endpoint: Endpoint, address: string): boolean;
}

/** Entries: `10.1.2.3`, `10.0.0.0/8`, `db.internal`, each with `:PORT` where only that port is open. */
export function createOpenPlaces(entries: readonly string[]): OpenPlaces {
  const places = entries.map((entry) => placeOf(entry));
  return {
    isOpen: (endpoint, address) => isPublicAddress(address) || places.some((isOpen) => isOpen(endpoint, address)),
  };
}

function placeOf(entry: string): OpenPlaces['isOpen'] {
  const [, place = '', port] =
    /^(\[[^\]]+\](?:\/\d+)?|[^:]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:\/\d+)?)(?::(\d+))?$/.exec(entry) ?? [];
  const name = canonical(place.replace(/[[\]]/g, ''));
  const isPort = (endpoint: Endpoint) => port === undefined || endpoint.port === Number(port);
  if (isIP(name.split('/')[0] ?? '') === 0) return (endpoint) => isPort(endpoint) && canonical(endpoint.host) === name;
  const list = addressList([name]);
  return (endpoint, address) => isPort(endpoint) && inAddressList(list, address);
}
