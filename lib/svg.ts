/** A text of a chart. Its class stands for its style. */
export interface SvgText {
  x: number;
  y: number;
  content: string;
  kind?: 'title' | 'foot';
}

/** Styles of all charts, with colours for light pages and for dark pages. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .foot { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .foot { fill: #8d96a0 }
  }`;

/** A class of shapes, with its colours on light pages and on dark pages. */
export type SvgColours = Record<string, { light: string; dark: string }>;

/**
 * Draws a chart from its parts, with a title that screen readers say.
 *
 * @param size width and height in pixels
 */
export function drawSvg(
  title: string,
  { width, height, colours }: { width: number; height: number; colours: SvgColours },
  parts: string[],
): string {
  const fills = (scheme: 'light' | 'dark', indent: string) =>
    Object.entries(colours).map(([name, fill]) => `${indent}.${name} { fill: ${fill[scheme]} }`);
  const style = [
    STYLE,
    ...fills('light', '  '),
    '  @media (prefers-color-scheme: dark) {',
    ...fills('dark', '    '),
    '  }',
  ].join('\n');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}\n</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export function drawText({ x, y, content, kind }: SvgText): string {
  const class_attribute = kind === undefined ? '' : ` class="${kind}"`;
  return `<text${class_attribute} x="${x.toFixed(0)}" y="${y}">${escapeXml(content)}</text>`;
}

/** Draws a bar whose colour is that of its class. */
export function drawBar(
  kind: string,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): string {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" rx="2"/>`;
}

/** Escapes a text for XML and for HTML, also between quotes. */
export function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
