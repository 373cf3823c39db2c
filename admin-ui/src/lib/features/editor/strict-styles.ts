// The editor makes style sheets and HTML with style attributes, which the security policy of the page refuses. Its sheets get the nonce of the
// page; its HTML keeps the styles aside, and they are set one by one, as the policy allows. Imported before the editor, which asks at once.

const ASIDE = 'data-style';

self.MonacoEnvironment = { createTrustedTypesPolicy };
giveNonce(document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '');

/** Sets what was kept aside as soon as it comes into `host`, before it is painted. */
export function setStylesIn(host: Element): () => void {
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) setStyles(node);
  });
  observer.observe(host, { childList: true, subtree: true });
  return () => observer.disconnect();
}

function setStyles(node: Node): void {
  if (!(node instanceof Element)) return;
  const self = node.hasAttribute(ASIDE) ? [node] : [];
  for (const element of [...self, ...node.querySelectorAll(`[${ASIDE}]`)]) {
    const { style } = element as HTMLElement;
    const wanted = document.createElement('i').style;
    wanted.cssText = element.getAttribute(ASIDE) ?? '';
    for (const name of wanted) {
      // What the editor has set since is newer.
      if (style.getPropertyValue(name) === '') style.setProperty(name, wanted.getPropertyValue(name));
    }
    element.removeAttribute(ASIDE);
  }
}

/** What the editor asks for before it writes HTML. Text in its HTML has no "<": only tags are met. */
function createTrustedTypesPolicy(name: string, options?: { createHTML?: (text: string) => string }) {
  return {
    name,
    createHTML: (text: string) => (options?.createHTML?.(text) ?? text).replace(/(<[^<>]*?\s)style="/g, `$1${ASIDE}="`),
    createScriptURL: (url: string) => url,
    createScript: (text: string) => text,
  };
}

function giveNonce(nonce: string): void {
  const make = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = make(name, options);
    if (name === 'style') element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
}
