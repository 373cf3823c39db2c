// WebhookStore on the embedded SQLite file, and the outbox that the play store writes deliveries with, in the transaction of each change.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { webhookNotFound } from '../domain/errors.ts';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { claimed, type WebhookDelivery } from '../domain/webhook/delivery.ts';
import { type PlayStep, playEventsOf } from '../domain/webhook/play-events.ts';
import { checkRoom, deliveriesOf, type Webhook } from '../domain/webhook/webhook.ts';
import type { DeliveryQuery, WebhookStore } from '../domain/webhook/webhook-store.ts';

const MIGRATIONS = [
  `
  CREATE TABLE webhooks (
    sid TEXT PRIMARY KEY,
    request_id TEXT NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX webhooks_by_request ON webhooks (request_id) WHERE request_id <> '';

  CREATE TABLE webhook_deliveries (
    webhook_sid TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (webhook_sid, id)
  ) STRICT;
  CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (webhook_sid, at, id);
  CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_sid, state, at, id);
  CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_sid, due_at) WHERE state = 'pending';
  CREATE INDEX webhook_deliveries_old ON webhook_deliveries (state, at);
  `,
];

export interface SqliteOutbox {
  /** Writes what the webhooks are told of a change. */
  record(sql: Sql, step: PlayStep): void;
}

export const noOutbox: SqliteOutbox = { record: () => undefined };

export interface SqliteWebhookStoreOptions {
  readonly db: Database;
  readonly commit: GroupCommit;
  /** Deliveries wait to be sent; called before they are durable. */
  readonly onQueued?: () => void;
  /** How the secrets are written; absent = as they are. */
  readonly seal?: SealSecrets | undefined;
}

export interface SqliteWebhooks {
  readonly store: WebhookStore;
  readonly outbox: SqliteOutbox;
}

export function createSqliteWebhookStore(options: SqliteWebhookStoreOptions): SqliteWebhooks {
  const { db, commit, onQueued, seal = (webhook) => webhook } = options;
  migrate(db, 'webhooks', MIGRATIONS);
  // This process alone writes the file, so what it remembers is what is there.
  let known: readonly Webhook[] | undefined;
  const write = <T>(work: (sql: Sql) => T) =>
    commit
      .write((sql) => {
        known = undefined;
        return work(sql);
      })
      // One that was rolled back may have been remembered by a change beside it.
      .finally(() => {
        known = undefined;
      });
  return {
    store: { ...createWrites(write, commit, seal), ...createReads(db) },
    outbox: {
      record(sql, step) {
        known ??= readAll(sql);
        if (known.length === 0) return;
        const deliveries = deliveriesOf(playEventsOf(step), known);
        for (const delivery of deliveries) insert(sql, delivery);
        if (deliveries.length > 0) onQueued?.();
      },
    },
  };
}

type Write = <T>(work: (sql: Sql) => T) => Promise<T>;
type Reads = 'findByRequest' | 'find' | 'list' | 'findDelivery' | 'listDeliveries' | 'countDeliveries' | 'nextDue';

function createWrites(write: Write, commit: GroupCommit, seal: SealSecrets): Omit<WebhookStore, Reads> {
  return {
    add: (webhook) => write((sql) => add(sql, webhook, seal)),
    change: (sid, decide) =>
      write((sql) => {
        const found = read(sql, sid);
        if (found === undefined) throw webhookNotFound(sid);
        const next = decide(found);
        if (next !== found) sql.run('UPDATE webhooks SET doc = ? WHERE sid = ?', JSON.stringify(seal(next)), sid);
        return next;
      }),
    remove: (sid) =>
      write((sql) => {
        sql.run('DELETE FROM webhook_deliveries WHERE webhook_sid = ?', sid);
        return sql.run('DELETE FROM webhooks WHERE sid = ?', sid).changes > 0;
      }),
    claimDue: (webhookSid, now, atMost) =>
      commit.write((sql) => {
        const due = sql.all<DeliveryRow>(
          `SELECT body, doc FROM webhook_deliveries INDEXED BY webhook_deliveries_due
           WHERE webhook_sid = ? AND state = 'pending' AND due_at <= ? ORDER BY due_at LIMIT ?`,
          webhookSid,
          now,
          atMost,
        );
        const taken = due.map((row) => claimed(deliveryFrom(row), now));
        for (const delivery of taken) update(sql, delivery, delivery.rev - 1);
        return taken;
      }),
    save: (found, next) => commit.write((sql) => update(sql, next, found.rev)),
    forget: (state, before, atMost) =>
      commit.write((sql) => {
        const old = 'SELECT rowid FROM webhook_deliveries INDEXED BY webhook_deliveries_old WHERE state = ? AND at < ?';
        const gone = `DELETE FROM webhook_deliveries WHERE rowid IN (${old} LIMIT ?)`;
        return Number(sql.run(gone, state, before, atMost).changes);
      }),
  };
}

function createReads(db: Database): Pick<WebhookStore, Reads> {
  return {
    findByRequest: async (requestId) => readByRequest(db, requestId),
    find: async (sid) => read(db, sid),
    list: async () => readAll(db),
    findDelivery: async (webhookSid, id) => {
      const text = 'SELECT body, doc FROM webhook_deliveries WHERE webhook_sid = ? AND id = ?';
      const row = db.get<DeliveryRow>(text, webhookSid, id);
      return row && deliveryFrom(row);
    },
    listDeliveries: async (query) => listDeliveries(db, query),
    countDeliveries: async (webhookSid, state, atMost) =>
      db.get<{ n: number }>(
        `SELECT COUNT(*) AS n FROM (SELECT 1 FROM webhook_deliveries INDEXED BY webhook_deliveries_by_state
         WHERE webhook_sid = ? AND state = ? LIMIT ?)`,
        webhookSid,
        state,
        atMost,
      )?.n ?? 0,
    nextDue: async (webhookSid) =>
      db.get<{ at: number | null }>(
        `SELECT MIN(due_at) AS at FROM webhook_deliveries INDEXED BY webhook_deliveries_due
         WHERE webhook_sid = ? AND state = 'pending'`,
        webhookSid,
      )?.at ?? undefined,
  };
}

function read(sql: Sql, sid: string): Webhook | undefined {
  const row = sql.get<{ doc: string }>('SELECT doc FROM webhooks WHERE sid = ?', sid);
  return row && (JSON.parse(row.doc) as Webhook);
}

function readByRequest(sql: Sql, requestId: string): Webhook | undefined {
  const row = sql.get<{ doc: string }>("SELECT doc FROM webhooks WHERE request_id = ? AND request_id <> ''", requestId);
  return row && (JSON.parse(row.doc) as Webhook);
}

function readAll(sql: Sql): Webhook[] {
  const rows = sql.all<{ doc: string }>('SELECT doc FROM webhooks ORDER BY sid DESC');
  return rows.map(({ doc }) => JSON.parse(doc) as Webhook);
}

function add(sql: Sql, webhook: Webhook, seal: SealSecrets): Webhook {
  const { sid, requestId } = webhook;
  const same = readByRequest(sql, requestId);
  if (same !== undefined) return same;
  checkRoom(readAll(sql), webhook);
  sql.run(
    'INSERT INTO webhooks (sid, request_id, doc) VALUES (?, ?, ?)',
    sid,
    requestId,
    JSON.stringify(seal(webhook)),
  );
  return webhook;
}

interface DeliveryRow {
  readonly body: string;
  readonly doc: string;
}

function deliveryFrom({ body, doc }: DeliveryRow): WebhookDelivery {
  return { ...(JSON.parse(doc) as WebhookDelivery), body };
}

function docOf({ body: _, ...rest }: WebhookDelivery): string {
  return JSON.stringify(rest);
}

function insert(sql: Sql, delivery: WebhookDelivery): void {
  const { webhookSid, id, at, state, dueAt, rev, body } = delivery;
  sql.run(
    `INSERT INTO webhook_deliveries (webhook_sid, id, at, state, due_at, rev, body, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...[webhookSid, id, at, state, dueAt, rev, body],
    docOf(delivery),
  );
}

function update(sql: Sql, next: WebhookDelivery, ifRev: number): boolean {
  const { webhookSid, id, state, dueAt, rev } = next;
  const text =
    'UPDATE webhook_deliveries SET state = ?, due_at = ?, rev = ?, doc = ? WHERE webhook_sid = ? AND id = ? AND rev = ?';
  return sql.run(text, state, dueAt, rev, docOf(next), webhookSid, id, ifRev).changes > 0;
}

function listDeliveries(sql: Sql, { webhookSid, state, before, limit }: DeliveryQuery): WebhookDelivery[] {
  const [index, only, values] =
    state === undefined
      ? (['webhook_deliveries_by_time', '', []] as const)
      : (['webhook_deliveries_by_state', 'AND state = ?', [state]] as const);
  const rows = sql.all<DeliveryRow>(
    `SELECT body, doc FROM webhook_deliveries INDEXED BY ${index} WHERE webhook_sid = ? ${only} AND (at, id) < (?, ?)
     ORDER BY at DESC, id DESC LIMIT ?`,
    ...[webhookSid, ...values],
    before?.at ?? Number.MAX_SAFE_INTEGER,
    before?.id ?? '',
    limit,
  );
  return rows.map(deliveryFrom);
}
