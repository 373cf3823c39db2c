// Who calls. A door finds it out and writes it into the headers of the request, in the place of whatever the caller wrote there; behind the
// door everyone reads it from there.

import { DEFAULT_NAMESPACE, isNamespace, NAMESPACE_HEADER } from './namespace.ts';
import { isRole, type Role } from './role.ts';

export interface Principal {
  /** Name of the key, the person or the service; empty where nobody is asked. */
  readonly name: string;
  readonly role: Role;
  /** The only one that the call sees and changes; absent = all. */
  readonly namespace?: string;
}

const USER_HEADER = 'x-hero-user';
const ROLE_HEADER = 'x-hero-role';
const LONGEST_NAME = 200;
/** No namespace has this name. */
const NOWHERE = '?';

export function writePrincipal(headers: Headers, { name, role, namespace }: Principal): void {
  headers.set(USER_HEADER, encodeURIComponent(name));
  headers.set(ROLE_HEADER, role);
  if (namespace === undefined) headers.delete(NAMESPACE_HEADER);
  else headers.set(NAMESPACE_HEADER, namespace);
}

/** What a door wrote; behind no door (calls within a process) that is nobody, with the rights of a service. */
export function principalOf(headers: Headers): Principal {
  const role = headers.get(ROLE_HEADER) ?? '';
  const namespace = namespaceIn(headers);
  const who = { name: claimedName(headers), role: isRole(role) ? role : 'service' } as const;
  return namespace === '' ? who : { ...who, namespace };
}

/** The namespace that the headers name; empty = none. What is no name is none that anything is in. */
export function namespaceIn(headers: Headers): string {
  const text = (headers.get(NAMESPACE_HEADER) ?? '').trim();
  return text === '' || isNamespace(text) ? text : NOWHERE;
}

/** Of a new thing that the call makes, and of a name that it looks up. */
export function namespaceToUse(headers: Headers): string {
  return principalOf(headers).namespace ?? DEFAULT_NAMESPACE;
}

/** The name in the headers as the caller wrote it: to be believed only where the caller is trusted. */
export function claimedName(headers: Headers): string {
  const text = headers.get(USER_HEADER) ?? '';
  return printable(decoded(text)).slice(0, LONGEST_NAME);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f]/g, '');
}
