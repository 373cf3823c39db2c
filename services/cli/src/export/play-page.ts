/**
 * A play as one page that needs nothing else: the viewer of the admin UI, built as one file (admin-ui/build/play-file.ts), with the recorded
 * play in it as data. Its policy lets no script run but its own, and lets it load nothing. The page is also the fixture of a test.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/usage-error.ts';
import type { RecordedPlay } from './recorded-play.ts';

const VIEWER = fileURLToPath(new URL('../../../../admin-ui/dist/play-page.html', import.meta.url));
const PLACE = '<!--recorded play-->';
const TITLE = '<title>A recorded play</title>';

/** The play as it is given: redact it first. */
export function playPage(recorded: RecordedPlay, viewer = readViewer()): string {
  const title = `${recorded.workflow} · ${recorded.status}`;
  return viewer.replace(PLACE, () => asData(recorded)).replace(TITLE, () => `<title>${escapeText(title)}</title>`);
}

function readViewer(): string {
  try {
    return readFileSync(VIEWER, 'utf8');
  } catch {
    throw new UsageError(
      'the viewer has not been built, so there is no page to write; run `npm run build -w admin-ui` in the repository, or export with --out',
    );
  }
}

/** JSON that cannot end the element that it stands in, and is the same JSON. */
function asData(recorded: RecordedPlay): string {
  return JSON.stringify(recorded).replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const UNSAFE = /[<>&\u2028\u2029\p{Bidi_Control}]/gu;

function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
    .replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
