/** A display whose content is replaced. */
export interface Screen {
  show(lines: string[]): void;
  /** Leaves the terminal as it was, with the last content below the command. */
  close(): void;
}

export type ScreenStream = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/**
 * The alternate screen, without wrapping and cursor.
 * Source: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const ENTER = '\u001B[?1049h\u001B[?7l\u001B[?25l';
const LEAVE = '\u001B[?25h\u001B[?7h\u001B[?1049l';
const HOME = '\u001B[H';
const ERASE_REST_OF_LINE = '\u001B[K';
const ERASE_BELOW = '\u001B[J';

/**
 * Creates a display that redraws its content on the alternate screen of a terminal. If the output is a
 * file or a pipe, each new content is printed below the one before.
 */
export function createScreen(stream: ScreenStream): Screen {
  let last = '';
  if (!stream.isTTY) {
    return {
      show(lines) {
        const content = `${lines.join('\n')}\n`;
        if (content !== last) stream.write(content);
        last = content;
      },
      close: () => undefined,
    };
  }
  let is_open = true;
  stream.write(ENTER);
  const close = () => {
    if (!is_open) return;
    is_open = false;
    process.off('exit', close);
    stream.write(`${LEAVE}${last}`);
  };
  // A second Ctrl-C ends the process at once.
  process.on('exit', close);
  return {
    show(lines) {
      const visible = lines.slice(0, Math.max(1, (stream.rows ?? 24) - 1));
      const drawn = visible.map((line) => `${line}${ERASE_REST_OF_LINE}`).join('\r\n');
      stream.write(`${HOME}${drawn}${ERASE_BELOW}`);
      last = `${lines.join('\n')}\n`;
    },
    close,
  };
}
