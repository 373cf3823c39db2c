// What is sent: the standard body as it is, as a text for chat programs, or what a template makes of it.

import { invalid, jsonType } from '@hero-logic/platform';
import type { Transforms } from '../hook/mapping.ts';
import type { Webhook } from './webhook.ts';

export interface BodyDeps {
  readonly transforms: Transforms;
  /** Address before the path of links; empty = it is not known. */
  readonly publicUrl: string;
}

/** As JSON text. HOOK_MAPPING: the template gives nothing. */
export async function bodyFor(
  { format, template }: Pick<Webhook, 'format' | 'template'>,
  standard: string,
  deps: BodyDeps,
): Promise<string> {
  if (format === 'standard') return standard;
  if (format === 'slack') return JSON.stringify({ text: chatText(standard, deps.publicUrl) });
  const made = await deps.transforms.run(template, standard);
  if (made !== undefined && jsonType(made) !== 'null') return made;
  throw invalid(
    [{ field: 'template', description: 'gives nothing for this event; let it give the body' }],
    'HOOK_MAPPING',
  );
}

interface StandardBody {
  readonly type: string;
  readonly data: {
    readonly play?: {
      readonly sid: string;
      readonly name: string;
      readonly workflow_name: string;
      readonly error?: { readonly message: string };
    };
    readonly pause?: {
      readonly message: string;
      readonly name: string;
      readonly resumed_by?: string;
      readonly claimed_by?: string;
    };
  };
}

const WORDS: Readonly<Record<string, string>> = {
  'play.created': 'was started',
  'play.started': 'runs',
  'play.success': 'ended well',
  'play.failed': 'failed',
  'play.cancelled': 'was cancelled',
  'play.timed_out': 'ran over its time',
  'pause.asked': 'asks',
  'pause.answered': 'was answered',
  'pause.expired': 'got no answer in time',
  'pause.claimed': 'is being answered',
  'pause.escalated': 'still waits for an answer',
};

function chatText(standard: string, publicUrl: string): string {
  const { type, data } = JSON.parse(standard) as StandardBody;
  const { play, pause } = data;
  if (play === undefined) return 'A test of this webhook: it works.';
  const who = pause?.resumed_by ?? (type === 'pause.claimed' ? pause?.claimed_by : undefined);
  const by = who === undefined ? '' : ` (by ${who})`;
  const said = pause === undefined ? play.error?.message : `${pause.message || pause.name}${by}`;
  const title = play.name === play.workflow_name ? play.name : `${play.name} (${play.workflow_name})`;
  const link = publicUrl === '' ? `play ${play.sid}` : `<${publicUrl}/plays/${play.sid}|Open the play>`;
  const head = `*${escaped(title)}* ${WORDS[type] ?? type}${said === undefined ? '' : `: ${escaped(said)}`}`;
  return `${head}\n${link}`;
}

/** What chat programs would read as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
