// Contract: an address is public when the public Internet has it, however it is written; private, loopback, link-local, metadata and mapped
// addresses are not, and those of this machine are not.

import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { isAddressOrSubnet, isPublicAddress } from './addresses.ts';

const ownAddresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

it('closes private, loopback, link-local, metadata and odd addresses, and leaves public ones open', () => {
  const closed = ['127.0.0.1', '127.9.9.9', '10.1.1.1', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'];
  closed.push('0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '::', '::1', '::ffff:127.0.0.1', '::127.0.0.1');
  closed.push('fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '64:ff9b::7f00:1', '2002:7f00:1::', 'ff02::1', 'nonsense');
  closed.push(
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b:1::1',
    '3fff::1',
    '2001:db8::1',
    'fec0::1',
  );
  expect(closed.filter(isPublicAddress)).toEqual([]);
  expect(ownAddresses.filter(isPublicAddress), 'of this machine').toEqual([]);
  expect(['1.1.1.1', '93.184.215.14', '172.32.0.1', '2606:4700::1111'].filter((one) => !isPublicAddress(one))).toEqual(
    [],
  );
});

it('knows an address or a subnet from anything else', () => {
  const good = ['10.1.2.3', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fd00::/8', '::/128'];
  const bad = [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::/129',
    '1.2.3.4/-1',
    ' 1.2.3.4',
  ];
  expect(good.filter((text) => !isAddressOrSubnet(text))).toEqual([]);
  expect(bad.filter(isAddressOrSubnet)).toEqual([]);
});
