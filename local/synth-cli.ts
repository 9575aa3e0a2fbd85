import { relative } from 'node:path';
import { assemblyDir } from './synth.ts';

/** `npm run synth`: makes the template and the bundles, and says where they are. */
const directory = await assemblyDir();
process.stdout.write(`${relative(process.cwd(), directory)}\n`);
