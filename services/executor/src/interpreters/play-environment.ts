/** The environment of a play: these and what its job says, nothing of the executor's own. */
export function playEnvironment(options: {
  dir: string;
  sdkPath: string;
  socket: string;
  job: Record<string, string>;
}): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: options.dir,
    LANG: 'C.UTF-8',
    LC_CTYPE: 'C.UTF-8',
    PYTHONPATH: options.sdkPath,
    PYTHONDONTWRITEBYTECODE: '1',
    ...options.job,
    HERO_FLOW_SPAN_SOCK: options.socket,
  };
}
