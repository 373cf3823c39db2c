import { rowsWindow } from './rows-window.ts';

/** Which rows of a list to mount while the page scrolls; `list` is its element once it is there. */
export function createWindow(
  list: () => HTMLElement | undefined,
  count: () => number,
  rowHeight: number,
): { readonly first: number; readonly last: number } {
  let top = $state(0);
  let viewHeight = $state(innerHeight);
  const range = $derived(rowsWindow({ count: count(), rowHeight, top, viewHeight }));

  // What stands above the list grows and shrinks without a scroll event.
  $effect(() => {
    const measure = () => {
      const element = list();
      // It is null once its view has gone.
      if (element) top = Math.round(element.getBoundingClientRect().top);
      viewHeight = innerHeight;
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(document.body);
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      sizes.disconnect();
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  });

  return {
    get first() {
      return range.first;
    },
    get last() {
      return range.last;
    },
  };
}
