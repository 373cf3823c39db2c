// Cookies that scripts cannot read. `Secure` where the browser came over HTTPS, also through a proxy that says so.

import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly maxAgeMs: number;
  readonly sameSite: 'Strict' | 'Lax';
  /** Below which it is sent: "/" or "/flows/". */
  readonly path: string;
}

export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(/; */);
  const found = pairs.find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1) ?? '';
  return /^[A-Za-z0-9_-]+$/.test(value) ? value : undefined;
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, cookie: Cookie): void {
  const { name, value, maxAgeMs, sameSite, path } = cookie;
  const secure = isHttps(request) ? '; Secure' : '';
  const age = Math.floor(maxAgeMs / 1000);
  reply.header('set-cookie', `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}; Max-Age=${age}${secure}`);
}

export function clearCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { name, path }: Pick<Cookie, 'name' | 'path'>,
): void {
  setCookie(request, reply, { name, path, value: '', maxAgeMs: 0, sameSite: 'Strict' });
}

function isHttps(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
}
