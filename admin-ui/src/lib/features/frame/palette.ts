// What the palette offers for some typed words: pages and actions at once, flows and plays from the server.

import { library } from '../../api/clients/library.ts';
import { plays } from '../../api/clients/plays.ts';
import { playFromPb, statusWord } from '../../models/play.ts';
import type { IconName } from '../../ui/icons.ts';
import { linkTo, PLACES } from './places.ts';

export interface Offer {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly note: string;
  readonly href: string;
}

const SID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const EACH = 6;

export function pageOffers(words: string): Offer[] {
  const typed = words.trim().toLowerCase();
  const pages = PLACES.filter((p) => p.word.toLowerCase().includes(typed));
  const offers = pages.map((p) => ({ id: p.path, icon: p.icon, text: p.word, note: 'page', href: linkTo(p.path) }));
  if (!SID.test(typed)) return offers;
  return [
    { id: `play ${typed}`, icon: 'play', text: `Play ${typed}`, note: 'by id', href: `plays/${typed}` },
    { id: `flow ${typed}`, icon: 'flow', text: `Flow ${typed}`, note: 'by id', href: `workflows/${typed}` },
  ];
}

export async function serverOffers(words: string, signal: AbortSignal): Promise<Offer[]> {
  const typed = words.trim();
  const [found, listed] = await Promise.all([
    library.searchLibrary({ query: typed, limit: EACH, detail: true }, { signal }),
    plays.listPlays({ filter: typed, pageSize: EACH }, { signal }),
  ]);
  return [
    ...found.hits.map(
      (h): Offer => ({
        id: h.workflowSid,
        icon: 'flow',
        text: h.name,
        note: 'flow',
        href: `workflows/${h.workflowSid}?tab=run`,
      }),
    ),
    ...listed.plays.map(playFromPb).map(
      (p): Offer => ({
        id: p.sid,
        icon: 'play',
        text: p.name,
        note: `play, ${statusWord(p, Date.now()).toLowerCase()}`,
        href: `plays/${p.sid}`,
      }),
    ),
  ];
}
