// What cannot wait for the modules of the page. A file of its own: the content security policy allows no inline scripts.

// The chosen appearance, before the first paint.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: follow the system.
}

// At a play: the play without its steps, and its first steps, asked for while the files of the page are still on their way. The bodies are
// GetPlayRequest {play_sid, with_spans: false} and GetSkeletonRequest {play_sid}; lib/api/first-look.ts reads the answers.
const playSid = /\/plays\/([0-9a-z]{26})$/.exec(location.pathname)?.[1];
if (playSid !== undefined) {
  const ask = async (method, body) => {
    const answer = await fetch(new URL(method, document.baseURI), {
      method: 'POST',
      headers: { 'content-type': 'application/proto', 'connect-protocol-version': '1' },
      body,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return new Uint8Array(await answer.arrayBuffer());
  };
  const answers = Promise.all([
    ask('herologic.scheduler.v1.PlayService/GetPlay', `\n\x1a${playSid}\x10\x00`),
    ask('herologic.executor.v1.SpanService/GetSkeleton', `\n\x1a${playSid}`),
  ]);
  // Whoever takes them hears of a failure.
  answers.catch(() => {});
  window.earlyLook = { playSid, answers };
}
