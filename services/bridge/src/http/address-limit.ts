// Bounds how many requests one address may make, whoever it says it is: an answer with 429 costs less than finding out. Probes of health are
// not counted.

import type { CallLimit } from '@hero-logic/platform';
import type { FastifyInstance } from 'fastify';
import { pathOf, sendError } from './site.ts';

const PROBES = ['/health', '/livez', '/readyz'];

export function limitAddresses(app: FastifyInstance, limit: CallLimit): void {
  app.addHook('onRequest', async (request, reply) => {
    if (PROBES.includes(pathOf(request))) return;
    const waitMs = limit.take(request.ip);
    if (waitMs === 0) return;
    reply.header('retry-after', Math.ceil(waitMs / 1000));
    await sendError(reply, 429, `too many requests from this address; go on in ${waitMs} ms`);
  });
}
