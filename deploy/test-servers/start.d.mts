export interface TestServerProcess {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestMongo extends TestServerProcess {
  /** Closed in order; its data stays, for another one on the same folder. */
  halt(): Promise<void>;
}

/** On a fresh folder and a free port unless told. Undefined when it is not installed. */
export function startMongo(folder?: string, port?: number): Promise<TestMongo | undefined>;
/** On a free port unless told. */
export function startRedis(port?: number): Promise<(TestServerProcess & { readonly pid: number }) | undefined>;
