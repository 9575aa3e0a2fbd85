import { Argument, Command } from 'commander';
import { findApi } from '../api.ts';
import { openBrowser } from '../output/open-browser.ts';

const PAGES = ['dashboard', 'docs'] as const;

/** Creates the command `aurastream open`, which opens a page of the API in the browser. */
export function openCommand(): Command {
  return new Command('open')
    .addArgument(new Argument('<page>').choices(PAGES))
    .option('--print', 'only print the address')
    .addHelpText(
      'after',
      `
The address of a dashboard on the embedded cloud has its read-only key. Elsewhere the page asks for a key. Without a
terminal or a browser, the address is printed.`,
    )
    .action(async (page: string, { print }: { print?: boolean }, command: Command) => {
      const { url, read_only_key } = await findApi(command);
      const key =
        page === 'dashboard' && read_only_key !== undefined ? `#key=${read_only_key}` : '';
      const address = `${url}/${page}${key}`;
      console.log(address);
      if (!print && process.stdout.isTTY) openBrowser(address);
    });
}
