// Where deliveries to webhooks, and the links that answer questions, are kept. Every method is atomic, and durable when it resolves.

export const KEPT_DELIVERIES = 1000;

export interface Delivery {
  readonly triggerSid: string;
  readonly at: number;
  readonly webhookId: string;
  readonly result: 'accepted' | 'duplicate' | 'refused';
  readonly reason: string;
  readonly message: string;
  readonly playSid: string;
  readonly bodyBytes: number;
}

export interface StoredDelivery extends Delivery {
  /** Grows within the trigger. */
  readonly seq: number;
}

/** What is kept of a link: of its token only a hash. */
export interface ResumeLink {
  readonly tokenHash: string;
  readonly playSid: string;
  readonly resumeId: string;
  readonly expiresAt: number;
}

export interface HookStore {
  /** Of each trigger the last 1,000 are kept. */
  addDelivery(delivery: Delivery): Promise<void>;
  /** Newest first. */
  listDeliveries(triggerSid: string, beforeSeq: number | undefined, limit: number): Promise<StoredDelivery[]>;
  removeDeliveries(triggerSid: string): Promise<void>;
  /** Adds a link, and forgets those that are over. */
  addLink(link: ResumeLink, now: number): Promise<void>;
  findLink(tokenHash: string): Promise<ResumeLink | undefined>;
}
