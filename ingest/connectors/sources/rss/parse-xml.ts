import { Parser } from 'htmlparser2';
import { htmlToText } from '../../html/to-text.ts';
import { type Feed, type FeedItem, UnreadableFeed } from './feed.ts';

const ROOTS = new Set(['rss', 'rdf:RDF', 'feed']);
const ITEMS = new Set(['item', 'entry']);

/** An element of an item. Markup within it is kept, with its texts escaped, so that it reads as HTML. */
interface Field {
  name: string;
  attributes: Readonly<Record<string, string>>;
  value: string;
}

/**
 * Parses RSS 2.0, RSS 1.0 and Atom. Entities of a document type are not expanded. A document with
 * mistakes is read as far as it can be understood.
 * Source: https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287
 *
 * @throws {UnreadableFeed} for other documents, and for one that ends before its last tag.
 */
export function parseXmlFeed(xml: string): Feed {
  const reader = new FeedReader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name.replace(/^atom:/, ''), attributes),
      ontext: (text) => reader.addText(text),
      onclosetag: (name, is_implied) => reader.close(name.replace(/^atom:/, ''), is_implied),
    },
    { xmlMode: true },
  );
  parser.end(xml);
  if (!reader.is_complete) throw new UnreadableFeed('the document is no feed, or is not complete');
  const { channel, items, next } = reader;
  const minutes = Number(channel.get('ttl') ?? Number.NaN);
  return {
    language: channel.get('language')?.trim(),
    next,
    ttl_seconds: minutes > 0 ? minutes * 60 : undefined,
    items: items.flatMap((fields) => toItem(fields) ?? []),
    malformed: items.filter((fields) => toItem(fields) === undefined).length,
  };
}

class FeedReader {
  readonly items: Field[][] = [];
  /** Elements of the channel that matter, by name. */
  readonly channel = new Map<string, string>();
  next: string | undefined;
  is_complete = false;
  readonly #path: string[] = [];
  #item: Field[] | undefined;
  #field: Field | undefined;
  /** Length of the path to the element that holds the item. */
  #item_depth = 0;

  open(name: string, attributes: Record<string, string>): void {
    this.#path.push(name);
    const depth = this.#path.length;
    if (!ROOTS.has(this.#path[0] ?? '')) throw new UnreadableFeed('the document is no feed');
    if (depth === 1) this.#keepLanguage(attributes);
    if (this.#item === undefined) {
      if (ITEMS.has(name)) {
        this.#item = [];
        this.#item_depth = depth;
      } else if (name === 'link' && attributes.rel === 'next') this.next = attributes.href;
    } else if (depth === this.#item_depth + 1) {
      this.#field = { name, attributes, value: '' };
      this.#item.push(this.#field);
    } else if (this.#field !== undefined) this.#field.value += `<${name}>`;
  }

  addText(text: string): void {
    const depth = this.#path.length;
    if (this.#field !== undefined) {
      this.#field.value += depth === this.#item_depth + 1 ? text : escapeHtml(text);
    } else if (this.#item === undefined && depth === 3) {
      const name = this.#path[2] ?? '';
      if (name !== 'language' && name !== 'ttl') return;
      this.channel.set(name, `${this.channel.get(name) ?? ''}${text}`);
    }
  }

  close(name: string, is_implied: boolean): void {
    const depth = this.#path.length;
    if (depth === this.#item_depth + 1) this.#field = undefined;
    else if (this.#field !== undefined) this.#field.value += `</${name}>`;
    if (depth === this.#item_depth && this.#item !== undefined) {
      this.items.push(this.#item);
      this.#item = undefined;
      this.#item_depth = 0;
    }
    this.#path.pop();
    // The parser closes what the document leaves open: then the end is missing.
    if (depth === 1) this.is_complete = !is_implied;
  }

  #keepLanguage(attributes: Record<string, string>): void {
    const language = attributes['xml:lang'];
    if (language !== undefined) this.channel.set('language', language);
  }
}

/** Returns undefined for an item that has neither a title nor a text nor an address. */
function toItem(fields: Field[]): FeedItem | undefined {
  const read = (...names: string[]): string | undefined => {
    const found = names.map((name) => fields.find((field) => field.name === name));
    return found.flatMap((field) => field?.value.trim() || [])[0];
  };
  const guid = fields.find(({ name }) => name === 'guid');
  const id = read('guid', 'id');
  const is_address = guid !== undefined && guid.attributes.isPermaLink !== 'false';
  const item = {
    id,
    link: readLink(fields) ?? (is_address ? id : undefined),
    title: readText(fields, 'title'),
    text: readText(fields, 'content:encoded', 'content', 'description', 'summary'),
    author: readAuthor(fields),
    published: read('pubDate', 'published', 'dc:date', 'issued'),
    updated: read('updated', 'modified'),
  };
  return item.title + item.text === '' && item.link === undefined ? undefined : item;
}

function readLink(fields: Field[]): string | undefined {
  for (const { name, attributes, value } of fields) {
    if (name !== 'link') continue;
    const { rel = 'alternate', href } = attributes;
    if (href === undefined && value.trim() !== '') return value.trim();
    if (href !== undefined && rel === 'alternate') return href;
  }
  return undefined;
}

/** Returns the first of the elements that has a text. It is HTML, unless it declares to be plain. */
function readText(fields: Field[], ...names: string[]): string {
  for (const name of names) {
    for (const { attributes, value } of fields.filter((field) => field.name === name)) {
      const is_plain = attributes.type === 'text' || attributes.type === 'text/plain';
      const text = is_plain ? value.trim() : htmlToText(value);
      if (text !== '') return text;
    }
  }
  return '';
}

function readAuthor(fields: Field[]): string | undefined {
  const field = fields.find(({ name }) => name === 'dc:creator' || name === 'author');
  if (field === undefined) return undefined;
  const [, name] = /<name>(.*?)<\/name>/s.exec(field.value) ?? [];
  return htmlToText(name ?? field.value) || undefined;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
