import { leave } from './url.svelte.ts';

/**
 * The router takes every click on a link. Clicks that the browser should have (new tab, new window, download, or handled
 * already) end here: this listener is added before the router's, on the same target.
 */
export function passBrowserClicks(): void {
  window.addEventListener('click', (event) => {
    if (
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey ||
      event.button !== 0 ||
      event.defaultPrevented
    ) {
      event.stopImmediatePropagation();
      return;
    }
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link !== null && link.target === '' && link.origin === location.origin && link.pathname !== location.pathname)
      leave();
  });
}
