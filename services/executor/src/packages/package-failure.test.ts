// Contract: what uv says becomes a reason; what a build still needs is taken from it as a plain requirement, whoever has written it.

import { expect, it } from 'vitest';
import { buildFailure, failureFrom, missingTool, wantedBuild } from './package-failure.ts';

it('a requirement that only building names is found, and nothing but a name with versions', () => {
  const said = (name: string, asked: string) =>
    `cause: Because ${name} was not found in the cache and you require ${asked}, we can conclude that`;
  expect(missingTool(said('six', 'six>=1.10,<2'))).toBe('six>=1.10,<2');
  expect(missingTool(said('zope.interface', 'zope.interface'))).toBe('zope.interface');
  expect(missingTool(said('six', 'six@file:///etc/passwd'))).toBe('six');
  expect(missingTool(said('six', 'six>=1 --index-url http://127.0.0.1'))).toBe('six>=1');
  expect(missingTool(said('--index-url', '--index-url'))).toBeUndefined();
  expect(missingTool('error: no compiler')).toBeUndefined();
});

it('what has to be built is named, and a build that failed shows the end of its log', () => {
  const wanted = failureFrom('error: Failed to build `docopt==0.6.2`\n cause: Failed to run', 'locking docopt');
  expect([wanted.type, wantedBuild(wanted)]).toEqual(['PackagesNeedBuild', 'docopt==0.6.2']);
  expect(wantedBuild(failureFrom('error: Failed to build `/a/folder`', 'x'))).toBeUndefined();
  const failed = buildFailure(`${'line\n'.repeat(1000)}no compiler`, 'building docopt==0.6.2');
  expect(failed.type).toBe('PackagesBuildFailed');
  expect(failed.message).toMatch(/^building docopt==0\.6\.2 from its source has failed\. The end of its log:\n/);
  expect(failed.message.endsWith('no compiler')).toBe(true);
  expect(failed.message.length).toBeLessThan(2000);
  expect(buildFailure('it has written more than 64 MiB: no space left\nended by signal: SIGKILL', 'x').type).toBe(
    'PackagesTooLarge',
  );
});
