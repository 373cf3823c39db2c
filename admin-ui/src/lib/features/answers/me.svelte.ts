import { readStored, writeStored } from '../frame/stored.ts';
import { session } from '../sign-in/session.svelte.ts';

let given = $state(readStored('name') ?? '');

/** Who answers: whom the sign-in names, or, before a server that asks nobody, the name given here. */
export const me = {
  get name(): string {
    return this.isSignedIn ? signedInName() : given.trim();
  },
  get isSignedIn(): boolean {
    return signedInName() !== '';
  },
  get given(): string {
    return given;
  },
  set given(name: string) {
    given = name;
    writeStored('name', name);
  },
};

function signedInName(): string {
  return session.current.state === 'in' ? session.current.name : '';
}
