// RetentionStore on MongoDB.

import type { MongoDatabase } from '@hero-logic/platform/mongo';
import type { RetentionRule, RetentionStore } from '../domain/retention/retention.ts';

interface RuleDocument {
  /** The workflow. */
  readonly _id: string;
  readonly doc: string;
}

export function createMongoRetentionStore(mongo: MongoDatabase): RetentionStore {
  const rules = mongo.collection<RuleDocument>('retention_rules');
  const ruleOf = ({ doc }: RuleDocument) => JSON.parse(doc) as RetentionRule;
  return {
    async find(workflowSid) {
      const found = await rules.findOne({ _id: workflowSid });
      return found === null ? undefined : ruleOf(found);
    },
    async list(limit) {
      const found = await rules.find({}, { hint: '_id_' }).sort({ _id: 1 }).limit(limit).toArray();
      return found.map((document) => ({ workflowSid: document._id, rule: ruleOf(document) }));
    },
    async set(workflowSid, rule) {
      if (rule === undefined) await rules.deleteOne({ _id: workflowSid });
      else await rules.replaceOne({ _id: workflowSid }, { doc: JSON.stringify(rule) }, { upsert: true });
    },
  };
}
