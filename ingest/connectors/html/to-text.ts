import { Parser } from 'htmlparser2';

/** Elements that begin a new line. */
const LINES = new Set(
  (
    'address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main ' +
    'nav ol p pre section table td th tr ul'
  ).split(' '),
);
/** Elements whose content is not text to read. */
const UNREAD = new Set(['head', 'iframe', 'object', 'script', 'style', 'template', 'title']);

/**
 * Returns the text of a piece of HTML: lines without empty lines between them, and single spaces.
 * Malformed HTML gives the text that a browser would show. Content of the class `invisible` is left
 * out: Mastodon hides the start and the end of long addresses by it.
 *
 * @example
 * htmlToText('<p>I don&#x27;t</p><p>like it</p>'); // "I don't\nlike it"
 */
export function htmlToText(html: string): string {
  let text = '';
  /** For each open element, whether its content is hidden. */
  const hidden: boolean[] = [];
  const parser = new Parser({
    onopentag(name, { class: classes = '' }) {
      if (LINES.has(name)) text += '\n';
      const is_hidden = UNREAD.has(name) || classes.split(/\s+/).includes('invisible');
      hidden.push((hidden.at(-1) ?? false) || is_hidden);
    },
    ontext(part) {
      if (!hidden.at(-1)) text += part.replace(/\s+/gu, ' ');
    },
    onclosetag(name) {
      hidden.pop();
      if (LINES.has(name)) text += '\n';
    },
  });
  parser.end(html);
  return text
    .replace(/ *\n[ \n]*/g, '\n')
    .replace(/ {2,}/g, ' ')
    .trim();
}
