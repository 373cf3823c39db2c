import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const marked = new Marked({
  gfm: true,
  breaks: true,
  // Headings of a text stand below those of the page.
  walkTokens: (token) => {
    if (token.type === 'heading') token.depth = Math.min(6, token.depth + 2);
  },
});

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
  // Nothing is loaded from elsewhere: a picture of another host becomes a link to it.
  if (node.nodeName === 'IMG' && !(node.getAttribute('src') ?? '').startsWith('data:')) {
    const link = document.createElement('a');
    link.href = node.getAttribute('src') ?? '';
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.textContent = node.getAttribute('alt') || link.href;
    node.replaceWith(link);
  }
});

/** Markdown of a flow as HTML that is safe to show. */
export function renderMarkdown(text: string): string {
  return purify.sanitize(marked.parse(text, { async: false }), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'select', 'textarea', 'audio', 'video', 'dialog'],
    FORBID_ATTR: ['style', 'class', 'id', 'name', 'srcset'],
  });
}
