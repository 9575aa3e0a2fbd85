import sax from 'sax';
import { DamagedDataError } from '../file-error.ts';

/** Handles the parts of an XML file in their order. Names have no namespace prefix. */
export interface XmlHandler {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * Parses an XML file as its bytes arrive, and yields after each chunk, so that the caller can take
 * what the handler has collected.
 *
 * @throws {DamagedDataError} if the XML is malformed.
 */
export async function* parseXml(
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
): AsyncIterable<void> {
  const parser = sax.parser(true, { xmlns: false, position: false });
  const fail = (cause: unknown) => {
    throw new DamagedDataError('the XML of the workbook is malformed', { cause });
  };
  parser.onerror = fail;
  parser.onopentag = ({ name, attributes }) => {
    handler.open?.(localName(name), attributes as Record<string, string>);
  };
  parser.ontext = (text) => handler.text?.(text);
  parser.oncdata = (text) => handler.text?.(text);
  parser.onclosetag = (name) => handler.close?.(localName(name));
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    parser.write(decoder.decode(chunk, { stream: true }));
    yield;
  }
  parser.close();
  yield;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** Parses a whole XML file. */
export async function readXml(bytes: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> {
  for await (const _ of parseXml(bytes, handler));
}
