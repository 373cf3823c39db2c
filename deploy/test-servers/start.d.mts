export interface TestServerProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Undefined when it is not installed. */
export function startMongo(): Promise<TestServerProcess | undefined>;
/** On a free port unless told. */
export function startRedis(port?: number): Promise<(TestServerProcess & { readonly pid: number }) | undefined>;
