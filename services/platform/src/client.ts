// The light part of the platform, for programs that only call: errors, JSON texts, paths, clock. Loads no validator, log or store,
// so that a command starts fast.

export { type Clock, systemClock } from './clock.ts';
export { ConfigError, type Env, envInt, envText } from './env.ts';
export { ERROR_DOMAIN, toHeroError } from './errors/connect.ts';
export { HeroError, isHeroError, type Violation } from './errors/hero-error.ts';
export { isReason, type Reason } from './errors/reasons.ts';
export { documentProblem } from './json/document.ts';
export { type JsonType, jsonElements, jsonEqual, jsonMembers, jsonObject, jsonType } from './json/json-text.ts';
export { type Paths, pathsFromEnv } from './paths.ts';
export { timeFromPb, timeToPb } from './rpc/time.ts';
