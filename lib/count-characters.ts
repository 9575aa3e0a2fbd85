/** Counts code points, because a surrogate pair is one character. */
export function countCharacters(text: string): number {
  let characters = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) characters += 1;
  }
  return characters;
}
