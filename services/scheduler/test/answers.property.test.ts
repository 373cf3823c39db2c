// Whatever people do with a question in whatever order, through the real store: what stands was given by as many different people as its
// quorum asks for, each allowed to when they said it and none of them the starter where that is forbidden; while somebody's claim holds nobody
// else changes anything; nobody who may answer is kept from it otherwise; and what stands never changes.

import { createGroupCommit, isHeroError, openDatabase } from '@hero-logic/platform';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimPause, decideAnswer, releasePause } from '../src/domain/answer-decision.ts';
import type { AnswerRules } from '../src/domain/answer-rules.ts';
import type { Pause } from '../src/domain/pause.ts';
import { lifeOf, NOW, playOf, questionOf } from '../src/domain/play-lives.conformance.ts';
import { createSqlitePlayStore } from '../src/storage/play-store.sqlite.ts';

const GROUPS = new Map([['finance', new Set(['bo', 'cy'])]]);
const PEOPLE = ['ana', 'bo', 'cy', 'dan', 'eve'] as const;

const rules = fc.record({
  assignees: fc.constantFrom([], ['ana'], ['ana', 'bo', 'dan']),
  groups: fc.constantFrom([], ['finance']),
  quorum: fc.integer({ min: 1, max: 3 }),
  noSelfApproval: fc.boolean(),
  escalateAfterMs: fc.constantFrom(undefined, 5000),
  escalateTo: fc.constantFrom(['dan'], ['finance', 'eve']),
});
const by = fc.constantFrom(...PEOPLE);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('answer' as const), by, payload: fc.constantFrom('1', '2', '1.0') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), by, ms: fc.constantFrom(1000, 4000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(500, 2000, 5000) }) },
);

/** Who may answer now, worked out anew. */
function mayAnswer(who: string, given: AnswerRules, escalated: boolean): boolean {
  if (given.noSelfApproval && who === 'ana') return false;
  if (given.assignees.length + given.groups.length === 0) return true;
  const names = [...given.assignees, ...given.groups, ...(escalated ? given.escalateTo : [])];
  return names.some((name) => name === who || GROUPS.get(name)?.has(who) === true);
}

test('the rules of a question hold in whatever order people act', async () => {
  await fc.assert(
    fc.asyncProperty(rules, fc.array(step, { minLength: 1, maxLength: 30 }), async (given, steps) => {
      const db = openDatabase(':memory:');
      const commit = createGroupCommit(db);
      const store = createSqlitePlayStore({ db, commit });
      const life = lifeOf(store);
      await life.add(playOf('p', { starters: ['ana'] }));
      const [claimed] = await life.claim();
      const { escalateAfterMs } = given;
      const asked = escalateAfterMs === undefined ? { ...given, escalateTo: [] } : given;
      await life.record('p', claimed?.lease.token ?? '', questionOf('q', { rules: asked }));
      const read = async () => (await store.findPause('p', 'q')) as Pause;
      let now = NOW;
      let settled: Pause | undefined;
      for (const one of steps) {
        const before = await read();
        if (one.do === 'time') {
          now += one.ms;
          await life.expirePause('p', 'q', now);
          const due = escalateAfterMs !== undefined && now >= NOW + escalateAfterMs;
          if (settled === undefined) expect((await read()).escalatedAt !== undefined).toBe(due);
        } else {
          const held = before.claim !== undefined && before.claim.until > now && before.claim.by !== one.by;
          const may = one.do === 'release' || mayAnswer(one.by, asked, before.escalatedAt !== undefined);
          const reason = await store
            .changePause('p', 'q', (play, pause) => {
              const who = { by: one.by, now, groups: GROUPS };
              const change =
                one.do === 'answer'
                  ? decideAnswer(play, pause, 'q', { ...who, payload: one.payload })
                  : one.do === 'claim'
                    ? claimPause(play, pause, 'q', { ...who, forMs: one.ms })
                    : releasePause(play, pause, 'q', who);
              return { ...change, result: '' };
            })
            .catch((error: unknown) => (isHeroError(error) ? error.reason : String(error)));
          if (settled !== undefined) expect(['', 'RESUME_ALREADY_ANSWERED']).toContain(reason);
          else expect(reason).toBe(may ? (held ? 'RESUME_CLAIMED' : '') : 'ANSWER_NOT_ALLOWED');
          if (reason !== '') expect(await read()).toEqual(before);
        }
        const after = await read();
        if (settled !== undefined) expect(after).toEqual(settled);
        else if (after.state === 'answered') {
          settled = after;
          const agreed = (after.votes ?? [{ by: after.resumedBy, payload: after.payload ?? '' }]).filter(
            ({ payload }) => Number(payload) === Number(after.payload),
          );
          expect(new Set(agreed.map((vote) => vote.by)).size).toBe(agreed.length);
          expect(agreed.length).toBe(asked.quorum);
          expect(after.resumedBy.split(', ').sort()).toEqual(agreed.map((vote) => vote.by).sort());
          for (const vote of agreed) expect(mayAnswer(vote.by, asked, after.escalatedAt !== undefined)).toBe(true);
        }
      }
      commit.close();
      db.close();
    }),
    { numRuns: 150 },
  );
}, 60_000);
