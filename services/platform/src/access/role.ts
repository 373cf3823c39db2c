// What a caller may do, and what a method asks for. The protos declare it by the option `role`; a method without it is for services only.

import type { DescMethod } from '@bufbuild/protobuf';
import { getOption } from '@bufbuild/protobuf';
import { Role as RolePb, role as roleOption } from '@hero-logic/proto/herologic/options/v1/options_pb';

/** Each may do what the ones before it may. `service` is a service of the mesh. */
export const ROLES = ['viewer', 'operator', 'author', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];

const FROM_PB = {
  [RolePb.UNSPECIFIED]: 'service',
  [RolePb.VIEWER]: 'viewer',
  [RolePb.OPERATOR]: 'operator',
  [RolePb.AUTHOR]: 'author',
  [RolePb.ADMIN]: 'admin',
} as const satisfies Record<RolePb, Role>;

/** UNSPECIFIED, which a method without the option has, is `service`. */
export function roleFromPb(role: RolePb): Role {
  return FROM_PB[role];
}

export function roleToPb(role: Role): RolePb {
  return Number(Object.keys(FROM_PB).find((pb) => FROM_PB[Number(pb) as RolePb] === role)) as RolePb;
}

/** The least role that may call a method. */
export function roleNeeded(method: DescMethod): Role {
  return roleFromPb(getOption(method, roleOption));
}

export function mayCall(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
