import { expect, it } from 'vitest';
import { htmlToText } from '../../../../ingest/connectors/html/to-text.ts';

it.each([
  [
    '<p>I don&#x27;t like it.<p>See <a href="https://x.example">https:&#x2F;&#x2F;x.example</a>',
    "I don't like it.\nSee https://x.example",
  ],
  ['<p>a<br />b</p>\n\n<p>c</p>', 'a\nb\nc'],
  [
    '<span class="invisible">https://</span><span>kettle.example</span><span class="invisible">/long</span>',
    'kettle.example',
  ],
  ['I <3 tea &amp; milk&nbsp;&hearts;', 'I <3 tea & milk ♥'],
  ['a<script>let b = "<p>c</p>";</script><style>d</style>e', 'ae'],
  ['one  <b>two\n three', 'one two three'],
  ['<p class="x invisible">a <b>b</b></p>c', 'c'],
  ['', ''],
])('The text of the HTML %j is %j', (html, text) => {
  expect(htmlToText(html)).toBe(text);
});
