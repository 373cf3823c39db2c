// BulkStore on MongoDB, for any number of processes: a decision is one update of its job's document, made only if that is as the decision
// saw it. The failures of a job stand in a document beside it, written before it and keyed by the page, so that a repeated page has them once.

import { insertIfAbsent, type MongoDatabase, type MongoIndexes } from '@hero-logic/platform/mongo';
import { type BulkFailure, type BulkJob, dueAt } from '../domain/bulk/bulk-job.ts';
import { type BulkStore, KEPT_FAILURES } from '../domain/bulk/bulk-store.ts';
import { bulkJobNotFound } from '../domain/errors.ts';

interface JobDocument {
  readonly _id: string;
  readonly ver: number;
  readonly requestId: string;
  /** -1 = never. */
  readonly dueAt: number;
  readonly token: string;
  readonly leaseUntil: number;
  /** 0 = not over. */
  readonly endedAt: number;
  /** Empty or absent = it is for all. */
  readonly namespace?: string;
  readonly doc: string;
}

interface FailureDocument extends BulkFailure {
  /** "JOB/PLAY" */
  readonly _id: string;
  readonly job: string;
  /** From 1. */
  readonly seq: number;
}

export const BULK_INDEXES: MongoIndexes = {
  bulk_jobs: [
    { key: { requestId: 1 }, name: 'by_request', unique: true, partialFilterExpression: { requestId: { $gt: '' } } },
    { key: { dueAt: 1, leaseUntil: 1 }, name: 'due', partialFilterExpression: { dueAt: { $gte: 0 } } },
    { key: { namespace: 1, _id: 1 }, name: 'by_namespace', partialFilterExpression: { namespace: { $gt: '' } } },
    { key: { endedAt: 1 }, name: 'over', partialFilterExpression: { endedAt: { $gt: 0 } } },
  ],
  bulk_failures: [{ key: { job: 1, seq: 1 }, name: 'by_job' }],
};

export function createMongoBulkStore(mongo: MongoDatabase): BulkStore {
  const jobs = mongo.collection<JobDocument>('bulk_jobs');
  const failed = mongo.collection<FailureDocument>('bulk_failures');

  /** False: somebody was faster. */
  async function replace(before: JobDocument, job: BulkJob, lease: Partial<JobDocument> = {}): Promise<boolean> {
    const { _id, ...rest } = { ...before, ...fieldsOf(job), ...lease, ver: before.ver + 1 };
    return (await jobs.replaceOne({ _id, ver: before.ver }, rest)).matchedCount > 0;
  }

  async function addFailures(job: JobDocument, failures: readonly BulkFailure[]): Promise<void> {
    const from = jobOf(job).failed;
    const kept = failures.slice(0, Math.max(0, KEPT_FAILURES - from));
    if (kept.length === 0) return;
    const writes = kept.map((failure, index) => {
      const _id = `${job._id}/${failure.playSid}`;
      return {
        replaceOne: { filter: { _id }, replacement: { ...failure, job: job._id, seq: from + index + 1 }, upsert: true },
      };
    });
    await failed.bulkWrite(writes, { ordered: false });
  }

  async function findByRequest(requestId: string): Promise<BulkJob | undefined> {
    const found = requestId === '' ? null : await jobs.findOne({ requestId });
    return found === null ? undefined : jobOf(found);
  }

  return {
    async add(job, requestId) {
      const document = { _id: job.sid, ver: 1, requestId, token: '', leaseUntil: 0, ...fieldsOf(job) };
      if (await insertIfAbsent(jobs, document)) return job;
      return (await findByRequest(requestId)) ?? job;
    },
    findByRequest,
    async find(sid) {
      const found = await jobs.findOne({ _id: sid });
      return found === null ? undefined : jobOf(found);
    },
    async list({ namespace, beforeSid, limit }) {
      const before = beforeSid === '' ? {} : { _id: { $lt: beforeSid } };
      const [only, hint] =
        namespace === undefined
          ? [{}, '_id_']
          : [{ $and: [{ namespace }, { namespace: { $gt: '' } }] }, 'by_namespace'];
      return (
        await jobs
          .find({ ...only, ...before }, { hint })
          .sort({ _id: -1 })
          .limit(limit)
          .toArray()
      ).map(jobOf);
    },
    async claim(token, now, ttlMs) {
      const due = { dueAt: { $gte: 0, $lte: now }, leaseUntil: { $lte: now } };
      const update = { $set: { token, leaseUntil: now + ttlMs }, $inc: { ver: 1 } };
      const found = await jobs.findOneAndUpdate(due, update, { sort: { dueAt: 1 } });
      return found === null ? undefined : jobOf(found);
    },
    async save(sid, token, { decide, failures, leaseUntil }) {
      for (;;) {
        const found = await jobs.findOne({ _id: sid });
        if (found === null || found.token !== token) return undefined;
        await addFailures(found, failures);
        const job = decide(jobOf(found));
        if (await replace(found, job, { token: leaseUntil === 0 ? '' : token, leaseUntil })) return job;
      }
    },
    async freeLeases() {
      const held = { dueAt: { $gte: 0 }, leaseUntil: { $gt: 0 } };
      await jobs.updateMany(held, { $set: { token: '', leaseUntil: 0 }, $inc: { ver: 1 } }, { hint: 'due' });
    },
    async change(sid, decide) {
      for (;;) {
        const found = await jobs.findOne({ _id: sid });
        if (found === null) throw bulkJobNotFound(sid);
        const before = jobOf(found);
        const job = decide(before);
        if (job === before || (await replace(found, job))) return job;
      }
    },
    async nextDue() {
      const open = await jobs
        .find({ dueAt: { $gte: 0 } }, { projection: { dueAt: 1, leaseUntil: 1 }, hint: 'due' })
        .toArray();
      const times = open.map((job) => Math.max(job.dueAt, job.leaseUntil));
      return times.length === 0 ? undefined : Math.min(...times);
    },
    async listFailures(job, after, limit) {
      const found = await failed
        .find({ job, seq: { $gt: after } })
        .sort({ seq: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ playSid, reason, message, seq }) => ({ playSid, reason, message, seq }));
    },
    async forget(before, atMost) {
      const old = await jobs
        .find({ endedAt: { $gt: 0, $lt: before } }, { projection: { _id: 1 }, hint: 'over' })
        .limit(atMost)
        .toArray();
      const sids = old.map(({ _id }) => _id);
      if (sids.length === 0) return 0;
      await failed.deleteMany({ job: { $in: sids } });
      await jobs.deleteMany({ _id: { $in: sids } });
      return sids.length;
    },
  };
}

function fieldsOf(job: BulkJob): Pick<JobDocument, 'dueAt' | 'endedAt' | 'namespace' | 'doc'> {
  return {
    dueAt: dueAt(job) ?? -1,
    endedAt: job.endedAt ?? 0,
    namespace: job.namespace ?? '',
    doc: JSON.stringify(job),
  };
}

function jobOf({ doc }: JobDocument): BulkJob {
  return JSON.parse(doc) as BulkJob;
}
