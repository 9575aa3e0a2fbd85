import { signal } from '@preact/signals';
import { readKeyFragment } from './key-fragment.ts';

const STORED_AS = 'aurastream.key';

/**
 * Takes the key from the fragment `#key=…`, which a browser never sends to a server, and removes it
 * from the address and from the history. The key then lives in the storage of this tab alone.
 */
function adoptKey(): string | undefined {
  const given = readKeyFragment(window.location.hash);
  if (given === undefined) return sessionStorage.getItem(STORED_AS) ?? undefined;
  sessionStorage.setItem(STORED_AS, given.key);
  window.history.replaceState(null, '', given.rest);
  return given.key;
}

/** The API key, or undefined while the user has entered none. */
export const key = signal(adoptKey());

export function setKey(value: string): void {
  sessionStorage.setItem(STORED_AS, value);
  key.value = value;
}

export function forgetKey(): void {
  sessionStorage.removeItem(STORED_AS);
  key.value = undefined;
}

// An address with a key can also be opened in a tab that shows the dashboard already.
window.addEventListener('hashchange', () => {
  const given = readKeyFragment(window.location.hash);
  if (given === undefined) return;
  window.history.replaceState(null, '', given.rest);
  setKey(given.key);
});
