const LONE_SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Parses JSON and replaces each lone surrogate with U+FFFD. A producer that cuts a text after a
 * fixed number of UTF-16 units can leave half of an emoji, which is a lone surrogate. No AWS
 * service accepts lone surrogates. One text with a lone surrogate would make a call to Comprehend
 * fail for the other 24 texts too.
 *
 * @throws {SyntaxError} if the text is not JSON. Do not log the message of this error, because the
 * message quotes the text.
 */
export function parseWellFormedJson(text: string): unknown {
  return LONE_SURROGATE_ESCAPE.test(text) ? JSON.parse(text, replaceSurrogates) : JSON.parse(text);
}

function replaceSurrogates(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
