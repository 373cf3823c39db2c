// The questions of many waiting plays. Lists of plays say that they wait and for how long; the words are read per play, a few at a time.

import { plays } from '../../api/clients/plays.ts';
import type { Play } from '../../models/play.ts';
import { type Question, questionFromPb } from '../../models/question.ts';

export interface OpenQuestion {
  readonly id: string;
  readonly play: Play;
  readonly question: Question;
}

const AT_ONCE = 6;

export interface OpenQuestions {
  /** In the order of the plays; those of plays not read yet are missing. */
  readonly list: readonly OpenQuestion[];
  readonly reading: boolean;
  /** Reads what is new among these plays. */
  show(waiting: readonly Play[]): void;
  /** Reads the questions of one play again: who answers may have changed. */
  refresh(play: Play): Promise<void>;
}

/** What a play waits for; another round of questions gives another key. */
function keyOf(play: Play): string {
  return `${play.sid} ${play.waits.map((w) => w.id).join(' ')}`;
}

export function createOpenQuestions(): OpenQuestions {
  const known = new Map<string, readonly Question[]>();
  let wanted: readonly Play[] = [];
  let version = $state(0);
  let busy = $state(0);

  async function work(): Promise<void> {
    busy++;
    for (;;) {
      const play = wanted.find((p) => !known.has(keyOf(p)));
      if (play === undefined) break;
      known.set(keyOf(play), []);
      try {
        const { resumes } = await plays.listPendingResumes({ playSid: play.sid });
        known.set(keyOf(play), resumes.map(questionFromPb));
      } catch {
        // It ended, or the server is away: the next look at the plays asks again.
        known.delete(keyOf(play));
        break;
      }
      version++;
    }
    busy--;
  }

  async function refresh(play: Play): Promise<void> {
    try {
      const { resumes } = await plays.listPendingResumes({ playSid: play.sid });
      if (!known.has(keyOf(play))) return;
      known.set(keyOf(play), resumes.map(questionFromPb));
      version++;
    } catch {
      // The next look at the plays says what is wrong.
    }
  }

  return {
    refresh,
    get list() {
      void version;
      return wanted.flatMap((play) =>
        (known.get(keyOf(play)) ?? []).map((question) => ({ id: `${play.sid}:${question.id}`, play, question })),
      );
    },
    get reading() {
      return busy > 0;
    },
    show(waiting) {
      wanted = waiting;
      version++;
      const keep = new Set(waiting.map(keyOf));
      for (const key of known.keys()) if (!keep.has(key)) known.delete(key);
      const missing = waiting.filter((p) => !known.has(keyOf(p))).length;
      for (let free = Math.min(missing, AT_ONCE - busy); free > 0; free--) void work();
    },
  };
}
