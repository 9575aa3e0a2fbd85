import { computed, signal } from '@preact/signals';
// The key leaves the address before the view is read from it.
import './key.ts';
import { changeView, formatView, parseView, type View } from './view.ts';

const fragment = signal(window.location.hash);

/** The view that the address of the page names. */
export const view = computed(() => parseView(fragment.value));

window.addEventListener('hashchange', () => {
  fragment.value = window.location.hash;
});

/** Returns the address of the view with a change, for a link. */
export function linkTo(change: Partial<View>): string {
  return formatView(changeView(view.value, change));
}

/**
 * Shows another view.
 *
 * @param replaces whether the back button skips the view before, as while the user types.
 */
export function show(change: Partial<View>, { replaces = false } = {}): void {
  const next = linkTo(change);
  if (next === window.location.hash) return;
  if (replaces) window.history.replaceState(null, '', next);
  else window.history.pushState(null, '', next);
  fragment.value = next;
}

window.addEventListener('popstate', () => {
  fragment.value = window.location.hash;
});
