/** Scrolls a strip that is wider than its place to what is chosen in it, and nothing else on the page. */
export function chosenInView(strip: HTMLElement): void {
  const chosen = strip.querySelector<HTMLElement>('[aria-current], [aria-pressed="true"]');
  if (chosen === null) return;
  const [outer, inner] = [strip.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (inner.right > outer.right) strip.scrollLeft += inner.right - outer.right;
  else if (inner.left < outer.left) strip.scrollLeft -= outer.left - inner.left;
}
