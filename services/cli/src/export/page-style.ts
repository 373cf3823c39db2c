// The look of an exported play, light and dark.

export const PAGE_STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:15px/1.5 system-ui,sans-serif;margin:0}
main{max-width:64rem;margin:auto;padding:1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:1.2rem 0 .4rem}h3{font-size:.85rem;margin:.6rem 0 .2rem;opacity:.75}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.5rem;margin:0;overflow:auto;max-height:30rem;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
summary{cursor:pointer;padding:.15rem 0;overflow-wrap:anywhere}
.span{border-left:2px solid var(--line);padding-left:.8rem;margin:.15rem 0}
.status{font-size:.8rem;border:1px solid currentColor;border-radius:99px;padding:0 .5rem}
.failed,.timed_out{color:light-dark(#b42318,#f97066)}.success,.ok{color:light-dark(#067647,#47cd89)}
.warning{border-left:3px solid #dc6803;padding-left:.6rem}.message{white-space:pre-wrap}
`.trim();
