// The work folder and the environment of a play (docs/wire.md section 1). Nothing is written when there is nothing to replay.

import { writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepOutput, StepStore } from '../domain/ports.ts';
import { isOfVersion } from '../domain/record-copy.ts';
import type { StagedFiles } from '../interpreters/interpreter.ts';
import { readSteps } from '../replay/read-record.ts';
import type { RunnableVersion } from './catalog.ts';
import type { Answer, Claim } from './claim.ts';

const STEPS_FILE = 'replay-steps.tsv';
const RESUMES_FILE = 'replay-resumes.jsonl';
const INPUT_FILE = 'input.json';
/** One environment variable holds at most 128 KiB. */
const MAX_INPUT_IN_ENV = 100 * 1024;
const MODE = 0o644;

export interface StageOptions {
  readonly dir: string;
  readonly claim: Claim;
  readonly version: RunnableVersion;
  readonly steps: StepStore;
  /** Which of the steps recorded under the version of the claim; absent = all. */
  readonly wanted?: (step: StepOutput) => boolean;
}

/** The environment of a play: all that is known of it before its files are written (`stageFiles`). */
export function environmentOf(claim: Claim, version: RunnableVersion): Record<string, string> {
  return {
    HERO_FLOW_INPUT: isInputLarge(claim) ? `@${INPUT_FILE}` : claim.input,
    HERO_FLOW_PARENT_SPAN: claim.parentSpanId,
    HERO_FLOW_VERSION_SID: claim.versionSid,
    HERO_FLOW_PLAY_SID: claim.playSid,
    HERO_FLOW_NAME: version.entry || claim.workflowName,
    HERO_FLOW_STARTED_MS: String(claim.startedMs),
    HERO_REPLAY_STEP_OUTPUTS_FILE: '',
    HERO_REPLAY_RESUMES_FILE: claim.answers.length > 0 ? RESUMES_FILE : '',
    ...(version.limits.onDivergence === 'stop' ? { HERO_FLOW_ON_DIVERGENCE: 'stop' } : {}),
  };
}

/** Writes the files of the play but `flow.py`; gives what is to be added to its environment. */
export async function stageFiles(options: StageOptions): Promise<StagedFiles> {
  const { dir, claim } = options;
  const write = (file: string, text: string) => writeFileSync(join(dir, file), text, { mode: MODE });
  const isLarge = isInputLarge(claim);
  if (isLarge) write(INPUT_FILE, claim.input);
  if (claim.answers.length > 0) write(RESUMES_FILE, claim.answers.map(answerLine).join(''));
  const hasSteps = await writeSteps(join(dir, STEPS_FILE), options);
  return {
    hasFiles: isLarge || claim.answers.length > 0 || hasSteps,
    env: hasSteps ? { HERO_REPLAY_STEP_OUTPUTS_FILE: STEPS_FILE } : {},
  };
}

function isInputLarge({ input }: Claim): boolean {
  return input.length * 3 > MAX_INPUT_IN_ENV && Buffer.byteLength(input) > MAX_INPUT_IN_ENV;
}

function answerLine({ id, name, payload, expired }: Answer): string {
  return `${JSON.stringify(expired ? { id, name, expired: true } : { id, name, payload })}\n`;
}

/** What was recorded under another version has keys that nothing asks for: it would only look like missing steps. */
async function writeSteps(file: string, { steps, claim, wanted = () => true }: StageOptions): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    for await (const page of readSteps(steps, claim.playSid)) {
      const lines = page.filter((step) => isOfVersion(step, claim.versionSid) && wanted(step)).map(stepLine);
      if (lines.length === 0) continue;
      handle ??= await open(file, 'w', MODE);
      await handle.appendFile(lines.join(''));
    }
  } finally {
    await handle?.close();
  }
  return handle !== undefined;
}

/** A raw tab or line end in JSON text can only be space between its parts. */
function stepLine({ stepKey, spanId, name, output, within, optional }: StepOutput): string {
  const line = `${oneLine(stepKey)}\t${oneLine(spanId)}\t${oneLine(name)}\t${oneLine(output)}`;
  if (optional) return `${line}\t${oneLine(within)}\toptional\n`;
  return within === '' ? `${line}\n` : `${line}\t${oneLine(within)}\n`;
}

function oneLine(text: string): string {
  return /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, ' ') : text;
}
