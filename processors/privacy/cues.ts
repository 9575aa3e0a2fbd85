import ar from './cues/ar.json' with { type: 'json' };
import common from './cues/common.json' with { type: 'json' };
import de from './cues/de.json' with { type: 'json' };
import en from './cues/en.json' with { type: 'json' };
import es from './cues/es.json' with { type: 'json' };
import fr from './cues/fr.json' with { type: 'json' };
import hi from './cues/hi.json' with { type: 'json' };
import it from './cues/it.json' with { type: 'json' };
import ja from './cues/ja.json' with { type: 'json' };
import ko from './cues/ko.json' with { type: 'json' };
import pt from './cues/pt.json' with { type: 'json' };
import zh from './cues/zh.json' with { type: 'json' };
import zh_tw from './cues/zh-TW.json' with { type: 'json' };
import type { Span } from './ports.ts';

/** Cue words by topic, for example `{"pin": ["pin number"]}`. */
type CueWords = Record<string, string[]>;

/**
 * Topic of a cue word. The topics `other` and `version` stand for numbers that are not personal
 * data, such as order numbers and versions.
 */
export type Topic = keyof typeof common | keyof typeof en | Exclude<keyof typeof zh, symbol>;

/** A cue word in a text. A word can have several topics. */
export interface Cue extends Span {
  topics: ReadonlySet<string>;
}

const LANGUAGES: Record<string, CueWords> = {
  ...{ ar, de, en, es, fr, hi, it, ja, ko, pt, zh },
  'zh-TW': zh_tw,
};

/** The languages whose cue words the detectors know. */
export const CUE_LANGUAGES = Object.keys(LANGUAGES);

/** A node of a trie. The topics are those of the word that ends at the node. */
interface Node {
  next: Map<string, Node>;
  topics?: Set<string>;
}

const tries = new Map<string, Node>();

/**
 * Returns the cue words of a language, of English, and those of all languages. A language that is
 * not known has the cue words of all languages.
 */
function loadTrie(language_code: string): Node {
  const key = language_code in LANGUAGES ? language_code : 'all';
  const known = tries.get(key);
  if (known !== undefined) return known;
  const lists: (CueWords | undefined)[] =
    key === 'all' ? Object.values(LANGUAGES) : [LANGUAGES[key], en];
  const root: Node = { next: new Map() };
  for (const list of [common, ...lists]) {
    for (const [topic, words] of Object.entries(list ?? {})) {
      for (const word of words) addWord(root, word.toLowerCase(), topic);
    }
  }
  tries.set(key, root);
  return root;
}

function addWord(root: Node, word: string, topic: string): void {
  let node = root;
  for (let i = 0; i < word.length; i += 1) {
    const unit = word.charAt(i);
    const child = node.next.get(unit) ?? { next: new Map() };
    node.next.set(unit, child);
    node = child;
  }
  node.topics ??= new Set();
  node.topics.add(topic);
}

/** Matches letters of the scripts that put spaces between words and no prefixes before them. */
const SPACED_LETTER = /[\p{Script=Latin}\p{Script=Devanagari}\p{M}0-9]/u;

/**
 * Finds the cue words of a text in lower case, from left to right. Of several words that start at
 * one place, the longest counts. The time grows with the length of the text, times the length of
 * the longest cue word at most.
 */
export function findCues(lower: string, language_code: string): Cue[] {
  const root = loadTrie(language_code);
  const cues: Cue[] = [];
  for (let start = 0; start < lower.length; ) {
    const cue = isInsideWord(lower, start) ? undefined : findLongestCue(root, lower, start);
    if (cue === undefined) {
      start += 1;
      continue;
    }
    cues.push(cue);
    start = cue.end;
  }
  return cues;
}

function findLongestCue(root: Node, lower: string, start: number): Cue | undefined {
  let node: Node | undefined = root;
  let longest: Cue | undefined;
  for (let end = start; ; end += 1) {
    if (node.topics !== undefined && !isInsideWord(lower, end)) {
      longest = { start, end, topics: node.topics };
    }
    node = end < lower.length ? node.next.get(lower.charAt(end)) : undefined;
    if (node === undefined) return longest;
  }
}

/** Returns true if a word goes on at this place. */
function isInsideWord(lower: string, index: number): boolean {
  if (index === 0 || index === lower.length) return false;
  return isSpacedLetter(lower, index - 1) && isSpacedLetter(lower, index);
}

function isSpacedLetter(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
  return SPACED_LETTER.test(text.charAt(index));
}
