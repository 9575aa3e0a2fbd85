/**
 * Creates a function that tests one UTF-16 code unit of a text against a class. The answers for ASCII
 * come from a table, which takes a tenth of the time of the expression.
 *
 * @param pattern an expression that matches one character.
 */
export function createClass(pattern: RegExp): (text: string, index: number) => boolean {
  const ascii = Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));
  return (text, index) => {
    const code = text.charCodeAt(index);
    // Outside the text the code is not a number, and the table has no entry for it.
    return ascii[code] ?? (code >= 128 && pattern.test(text.charAt(index)));
  };
}
