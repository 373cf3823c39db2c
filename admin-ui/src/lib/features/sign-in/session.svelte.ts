import { onUnauthenticated } from '../../api/transport.ts';
import { isRecord } from '../../models/json.ts';
import { type Session, sessionFrom } from '../../models/session.ts';

let current = $state.raw<Session>({ state: 'unknown' });

export const session = {
  get current(): Session {
    return current;
  },
  async load(): Promise<void> {
    try {
      current = sessionFrom(await (await fetch('session')).json());
    } catch {
      // The pages say themselves that the server is away.
    }
  },
  /** Empty = signed in; else why not. */
  async signIn(key: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    try {
      const response = await fetch('session', { method: 'POST', headers, body: JSON.stringify({ key: key.trim() }) });
      if (!response.ok) return problemIn(await response.json());
    } catch {
      return 'The server does not answer.';
    }
    await session.load();
    return '';
  },
  async signOut(): Promise<void> {
    await fetch('session', { method: 'DELETE' });
    await session.load();
  },
};

function problemIn(reply: unknown): string {
  const message = isRecord(reply) && isRecord(reply.error) ? reply.error.message : undefined;
  return typeof message === 'string' ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : 'The server refused.';
}

// A call was refused: whoever was signed in is not any more.
onUnauthenticated(() => {
  if (current.state === 'in') void session.load();
});
