// Services as processes of their own on MongoDB and Redis. What stands still is the scheduler, whose start-up is what is measured.

import type { Document } from '@hero-logic/platform/mongo';
import { openMongo } from '@hero-logic/platform/mongo/connect';
import { startMesh } from '../mesh.ts';
import { type Copy, copiesOf, type Templates } from './million-copies.ts';
import type { Deployment } from './million-deployment.ts';

/** Collections that name their play as `play`, and begin their ids with it. */
const PARTS = ['play_pauses', 'spans', 'span_logs', 'step_outputs'];
/** Documents that are inserted with one command. */
const AT_ONCE = 5000;

type Mongo = Awaited<ReturnType<typeof openMongo>>;

export async function createMongoDeployment(): Promise<Deployment> {
  const { mesh, stop } = await startMesh('mongodb', 1);
  await mesh.serve('bridge');
  const mongo = await openMongo({ url: mesh.env.MONGODB_URL as string });
  const notes = mongo.collection<{ _id: string; at: number }>('play_removals');
  return {
    rpc: mesh.rpc,
    stop: async () => void (await mesh.kill('scheduler', 'SIGTERM')),
    restart: () => mesh.serve('scheduler'),
    fill: (templates, counts) => fill(mongo, templates, counts),
    async keep(workflowSid, maxPlays) {
      const rules = mongo.collection<{ _id: string; doc: string }>('retention_rules');
      await rules.insertOne({ _id: workflowSid, doc: JSON.stringify({ maxPlays }) });
    },
    async removed() {
      const [n, [latest]] = await Promise.all([
        notes.estimatedDocumentCount(),
        notes.find().sort({ at: -1 }).limit(1).toArray(),
      ]);
      return { n, last: latest?.at ?? 0 };
    },
    async age() {
      const plays = mongo.collection<{ _id: string; namespace?: string }>('plays');
      await plays.dropIndex('by_namespace');
      await mongo.collection<{ _id: string }>('play_upgrades').deleteMany({});
      // One that waits ten seconds for an answer takes the connection for lost.
      for (let after = ''; ; ) {
        const some = plays.find({ _id: { $gt: after } }, { projection: { _id: 1 } }).sort({ _id: 1 });
        const last = (
          await some
            .skip(AT_ONCE - 1)
            .limit(1)
            .toArray()
        )[0]?._id;
        const upTo = last === undefined ? {} : { $lte: last };
        await plays.updateMany({ _id: { $gt: after, ...upTo } }, { $unset: { namespace: 1 } });
        if (last === undefined) break;
        after = last;
      }
    },
    async remove() {
      await mongo.close();
      await stop();
    },
  };
}

async function fill(
  mongo: Mongo,
  templates: Templates,
  counts: { readonly ended: number; readonly waiting: number },
): Promise<void> {
  const ended = await templateOf(mongo, templates.endedSid);
  const waiting = await templateOf(mongo, templates.waitingSid);
  const docs = { ended: ended.play.doc as string, waiting: waiting.play.doc as string };
  for (const copies of copiesOf(templates, docs, counts)) {
    const template = (copy: Copy) => (copy.completedAt === undefined ? waiting : ended);
    await insert(
      mongo,
      'plays',
      copies.map((copy) => playOf(template(copy).play, copy)),
    );
    for (const part of PARTS) {
      await insert(
        mongo,
        part,
        copies.flatMap((copy) => template(copy).parts[part]?.map((document) => partOf(document, copy.sid)) ?? []),
      );
    }
    await insert(
      mongo,
      'play_heads',
      copies.flatMap((copy) => template(copy).heads.map((head) => ({ ...head, _id: copy.sid }))),
    );
  }
}

interface Template {
  readonly play: Document;
  readonly heads: readonly Document[];
  readonly parts: Readonly<Record<string, readonly Document[]>>;
}

async function templateOf({ db }: Mongo, sid: string): Promise<Template> {
  const byId = (collection: string) => db.collection<{ _id: string }>(collection).find({ _id: sid }).toArray();
  const parts = await Promise.all(
    PARTS.map(async (part) => [part, await db.collection(part).find({ play: sid }).toArray()] as const),
  );
  const [play] = await byId('plays');
  return { play: play as Document, heads: await byId('play_heads'), parts: Object.fromEntries(parts) };
}

function playOf(template: Document, { sid, status, name, tags, workflow, startedAt, completedAt = 0, doc }: Copy) {
  return {
    ...template,
    _id: sid,
    workflowSid: workflow.sid,
    versionSid: workflow.versionSid,
    status,
    names: `${name}\n${workflow.name}`,
    labels: [JSON.stringify(['customer', tags.customer])],
    startedAt,
    endedAt: completedAt,
    ungrouped: false,
    doc,
  };
}

function partOf(template: Document, play: string): Document {
  return { ...template, _id: `${play}${(template._id as string).slice(play.length)}`, play };
}

async function insert({ db }: Mongo, collection: string, documents: readonly Document[]): Promise<void> {
  for (let from = 0; from < documents.length; from += AT_ONCE) {
    const some = documents.slice(from, from + AT_ONCE);
    await db.collection(collection).insertMany([...some], { ordered: false, writeConcern: { w: 1, j: false } });
  }
}
