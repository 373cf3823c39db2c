// Links that answer one question of one play, for callers without a key. Of a link's token only a hash is kept.

import { createHash, randomBytes } from 'node:crypto';
import { DEFAULT_NAMESPACE, HeroError, toHeroError } from '@hero-logic/platform';
import { playNotFound, resumeNotFound, resumeWithdrawn } from '../../errors.ts';
import type { ResumeLink } from '../../hook/hook-store.ts';
import { type Pause, requireOpen } from '../../pause.ts';
import { resumePlay } from '../resume-play.ts';
import type { TriggerDeps } from '../trigger/deps.ts';

const TOKEN_BYTES = 32;
const USUAL_MS = 7 * 86_400_000;

export interface NewLink {
  readonly token: string;
  readonly expiresAt: number;
}

/** PLAY_NOT_FOUND, RESUME_NOT_FOUND, ANSWER_NOT_ALLOWED; RESUME_ALREADY_ANSWERED and RESUME_WITHDRAWN: a link would be worth nothing. */
export async function createLink(
  deps: TriggerDeps,
  { playSid, resumeId }: Pick<ResumeLink, 'playSid' | 'resumeId'>,
  expiresInMs: number = USUAL_MS,
): Promise<NewLink> {
  if ((await deps.store.find(playSid)) === undefined) throw playNotFound(playSid);
  const asked = await question(deps, playSid, resumeId);
  requireOpen(asked);
  if (asked.rules !== undefined) {
    const description = 'has rules about who may answer, and a link says nothing of who uses it';
    throw new HeroError(
      'ANSWER_NOT_ALLOWED',
      `question ${resumeId} ${description}; let people answer with their keys`,
      {
        metadata: { play_sid: playSid, resume_id: resumeId },
      },
    );
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const now = deps.clock.now();
  const expiresAt = now + expiresInMs;
  await deps.hooks.addLink({ tokenHash: hashOf(token), playSid, resumeId, expiresAt }, now);
  return { token, expiresAt };
}

/** Also when it has been answered. LINK_NOT_FOUND, RESUME_WITHDRAWN. */
export async function linkedQuestion(deps: TriggerDeps, token: string): Promise<Pause> {
  const { playSid, resumeId } = await findLink(deps, token);
  const asked = await question(deps, playSid, resumeId);
  if (asked.state === 'withdrawn') throw resumeWithdrawn(playSid, resumeId);
  return asked;
}

/** When the answer was first accepted. LINK_NOT_FOUND, and what an answer can fail with. */
export async function answerLink(deps: TriggerDeps, token: string, payload: string): Promise<number> {
  const link = await findLink(deps, token);
  const { playSid, resumeId } = link;
  const { namespace = DEFAULT_NAMESPACE } = (await deps.store.find(playSid)) ?? {};
  try {
    const { resumedAt } = await resumePlay(deps, { playSid, resumeId, payload, resumedBy: 'link', versionSid: '' });
    deps.linkUsed(link, namespace, '');
    return resumedAt ?? deps.clock.now();
  } catch (error) {
    deps.linkUsed(link, namespace, toHeroError(error).reason);
    throw error;
  }
}

async function findLink(deps: TriggerDeps, token: string): Promise<ResumeLink> {
  const found = await deps.hooks.findLink(hashOf(token));
  if (found !== undefined && found.expiresAt > deps.clock.now()) return found;
  throw new HeroError('LINK_NOT_FOUND', 'there is no such link, or its time is over; ask for a new one');
}

/** Timers and children are nobody's to answer. */
async function question(deps: TriggerDeps, playSid: string, resumeId: string): Promise<Pause> {
  const pause = await deps.store.findPause(playSid, resumeId);
  if (pause?.kind !== 'question') throw resumeNotFound(playSid, resumeId);
  return pause;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
