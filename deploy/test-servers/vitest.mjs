// For a run of vitest: MONGODB_URL and REDIS_URL name servers, those that were set or ones of this run. Where neither is possible they
// stay unset, and the tests that need them are skipped (set-up says so).

import { startMongo, startRedis } from './start.mjs';

export async function setup() {
  const started = await Promise.all([
    process.env.MONGODB_URL ? undefined : startMongo(),
    process.env.REDIS_URL ? undefined : startRedis(),
  ]);
  const [mongo, redis] = started;
  if (mongo !== undefined) process.env.MONGODB_URL = mongo.url;
  if (redis !== undefined) process.env.REDIS_URL = redis.url;
  return async () => {
    await Promise.all(started.map((server) => server?.stop()));
  };
}
