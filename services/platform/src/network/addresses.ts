// Which addresses nobody may be sent to by what strangers write (the hosts of a version, the address of a webhook): private, loopback, link-local
// and metadata addresses (RFC 6890 and its successors), and those of this machine.

import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

const CLOSED_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Those that carry an IPv4 address inside are closed as a whole: the same host has its plain address. */
const CLOSED_6 = [
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const closed = addressList([...CLOSED_4, ...CLOSED_6]);

/** Whether an address is of the public Internet and not of this machine. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) !== 0 && !inAddressList(closed, address) && !ownAddresses().has(address.toLowerCase());
}

/** By family: one list would take every IPv4 address for one of those that lie in IPv6. */
export interface AddressList {
  readonly ipv4: BlockList;
  readonly ipv6: BlockList;
}

export function inAddressList(list: AddressList, address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return family === 4 ? list.ipv4.check(address, 'ipv4') : list.ipv6.check(address.split('%')[0] ?? '', 'ipv6');
}

/** Such as 10.1.2.3, 10.0.0.0/8 or fd00::/8. */
export function isAddressOrSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Of addresses and subnets such as 10.0.0.0/8. Throws where one is neither. */
export function addressList(entries: readonly string[]): AddressList {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) lists[family].addAddress(address, family);
    else lists[family].addSubnet(address, Number(bits), family);
  }
  return lists;
}

function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => address.toLowerCase()));
}
