/** Files to which the voice rules do not apply, and the reason for each file. */
export const UNCHECKED_FILES: Record<string, string> = {
  'CHANGELOG.md': 'The entries of past releases are history.',
  'scripts/voice/words.ts': 'It names the words that it refuses.',
  'test/unit/scripts/lint-voice.test.ts': 'Its inputs break each rule on purpose.',
};

/** Participles that are allowed as the name of a function, and the reason for each participle. */
export const ALLOWED_PARTICIPLES: Record<string, string> = {
  mixed: 'The name of a score and of a CSV column: the function reads that column.',
};
