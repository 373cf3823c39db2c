// Contract: every method that the bridge serves states the least role that may call it; one that only reads asks for no more than operator;
// what has no role is for services; each role may do what the ones before it may.

import { readdirSync } from 'node:fs';
import { type DescService, hasOption } from '@bufbuild/protobuf';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { expect, it } from 'vitest';
import { mayCall, ROLES, roleFromPb, roleNeeded, roleToPb } from './role.ts';

const generated = new URL('../../../../proto/gen/herologic/', import.meta.url);

async function allServices(): Promise<DescService[]> {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  return modules.flatMap((module) => Object.values(module) as DescService[]).filter((desc) => desc.kind === 'service');
}

it('stands on every method that callers reach', async () => {
  const methods = (await allServices()).flatMap((service) => service.methods);
  expect(methods.length).toBeGreaterThan(40);
  const isRead = (method: (typeof methods)[number]) => method.idempotency === 1;
  for (const method of methods) {
    const name = `${method.parent.name}.${method.name}`;
    if (hasOption(method, json_rpc)) expect(roleNeeded(method), name).not.toBe('service');
    if (!isRead(method)) expect(roleNeeded(method), name).not.toBe('viewer');
  }
});

it('ranks', () => {
  for (const [rank, role] of ROLES.entries()) {
    expect(roleFromPb(roleToPb(role))).toBe(role);
    expect(ROLES.map((needed) => mayCall(role, needed))).toEqual(ROLES.map((_, i) => i <= rank));
  }
});
