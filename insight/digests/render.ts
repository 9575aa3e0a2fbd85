import type { Digest, DigestPreview } from '../../schemas/index.ts';
import { drawDigest } from './chart.ts';
import { writeHtml } from './html.ts';
import { writeText } from './text.ts';
import { writeSubject } from './words.ts';

/** Writes a digest in each of its forms. */
export function renderDigest(digest: Digest): DigestPreview {
  return {
    digest,
    subject: writeSubject(digest),
    html: writeHtml(digest),
    text: writeText(digest),
    chart_svg: drawDigest(digest),
  };
}
