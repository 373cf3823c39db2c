export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { type CommitFault, createFaultyDatabase } from './faulty-database.ts';
export { createOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
export { createRandom, type Random } from './random.ts';
export { createRelay, type Relay } from './relay.ts';
export { createTempDir } from './temp-dir.ts';
export { createTestMongo, noMongo, noRedis, type TestMongo } from './test-mongo.ts';
export { toolArguments, toolNumber } from './tool-arguments.ts';
