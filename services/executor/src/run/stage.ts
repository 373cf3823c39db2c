// The work folder and the environment of a play (docs/wire.md section 1). Nothing is written when there is nothing to replay.

import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepOutput, StepStore } from '../domain/ports.ts';
import type { RunnableVersion } from './catalog.ts';
import type { Answer, Claim } from './claim.ts';

const STEPS_FILE = 'replay-steps.tsv';
const RESUMES_FILE = 'replay-resumes.jsonl';
const INPUT_FILE = 'input.json';
/** One environment variable holds at most 128 KiB. */
const MAX_INPUT_IN_ENV = 100 * 1024;
const STEPS_PER_PAGE = 100;
const MODE = 0o644;

export interface StageOptions {
  readonly dir: string;
  readonly claim: Claim;
  readonly version: RunnableVersion;
  readonly steps: StepStore;
}

/** Writes the files of the play, gives the environment that points to them. */
export async function stage(options: StageOptions): Promise<Record<string, string>> {
  const { dir, claim, version } = options;
  const write = (file: string, text: string) => writeFileSync(join(dir, file), text, { mode: MODE });
  write('flow.py', version.source);
  const isLarge = Buffer.byteLength(claim.input) > MAX_INPUT_IN_ENV;
  if (isLarge) write(INPUT_FILE, claim.input);
  if (claim.answers.length > 0) write(RESUMES_FILE, claim.answers.map(answerLine).join(''));
  const hasSteps = await writeSteps(join(dir, STEPS_FILE), options.steps, claim.playSid);
  return {
    HERO_FLOW_INPUT: isLarge ? `@${INPUT_FILE}` : claim.input,
    HERO_FLOW_PARENT_SPAN: claim.parentSpanId,
    HERO_FLOW_VERSION_SID: claim.versionSid,
    HERO_FLOW_PLAY_SID: claim.playSid,
    HERO_FLOW_NAME: version.entry || claim.workflowName,
    HERO_FLOW_STARTED_MS: String(claim.startedMs),
    HERO_REPLAY_STEP_OUTPUTS_FILE: hasSteps ? STEPS_FILE : '',
    HERO_REPLAY_RESUMES_FILE: claim.answers.length > 0 ? RESUMES_FILE : '',
    ...(version.limits.onDivergence === 'stop' ? { HERO_FLOW_ON_DIVERGENCE: 'stop' } : {}),
  };
}

function answerLine({ id, name, payload, expired }: Answer): string {
  return `${JSON.stringify(expired ? { id, name, expired: true } : { id, name, payload })}\n`;
}

async function writeSteps(file: string, store: StepStore, playSid: string): Promise<boolean> {
  let page = await store.page(playSid, 0, STEPS_PER_PAGE);
  if (page.steps.length === 0) return false;
  const handle = await open(file, 'w', MODE);
  try {
    await handle.appendFile(page.steps.map(stepLine).join(''));
    while (page.next !== undefined) {
      page = await store.page(playSid, page.next, STEPS_PER_PAGE);
      if (page.steps.length > 0) await handle.appendFile(page.steps.map(stepLine).join(''));
    }
  } finally {
    await handle.close();
  }
  return true;
}

/** A raw tab or line end in JSON text can only be space between its parts. */
function stepLine({ stepKey, spanId, name, output, within }: StepOutput): string {
  const line = `${oneLine(stepKey)}\t${oneLine(spanId)}\t${oneLine(name)}\t${oneLine(output)}`;
  return within === '' ? `${line}\n` : `${line}\t${oneLine(within)}\n`;
}

function oneLine(text: string): string {
  return /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, ' ') : text;
}
