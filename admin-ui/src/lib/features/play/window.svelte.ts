import { rowsWindow } from './rows-window.ts';

/** What the bars at the top of the page cover. */
const COVERED_PX = 132;

/** Which rows of a list to mount while the page scrolls; `list` is its element once it is there. */
export function createWindow(
  list: () => HTMLElement | undefined,
  count: () => number,
  rowHeight: number,
): { readonly first: number; readonly last: number; bringIntoView(index: number, headHeight?: number): void } {
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
    /** `headHeight`: so much of what stands above the row is to be seen as well. */
    bringIntoView(index, headHeight = 0) {
      const element = list();
      if (index < 0 || !element) return;
      const y = element.getBoundingClientRect().top + index * rowHeight;
      if (y < COVERED_PX + headHeight) scrollBy({ top: y - COVERED_PX - headHeight });
      else if (y + rowHeight > innerHeight - 16) scrollBy({ top: y + rowHeight - innerHeight + 16 });
    },
  };
}
