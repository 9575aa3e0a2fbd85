const LONE_SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Parses JSON into well-formed text. A producer that cuts a text after a fixed number of UTF-16 units can leave half an
 * emoji behind. It becomes U+FFFD here, because no AWS service accepts it: one such text would fail the other 24 texts
 * of its call to Comprehend.
 *
 * @throws {SyntaxError} whose message quotes the text: do not log it.
 */
export function parseWellFormedJson(text: string): unknown {
  return LONE_SURROGATE_ESCAPE.test(text) ? JSON.parse(text, replaceSurrogates) : JSON.parse(text);
}

function replaceSurrogates(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
